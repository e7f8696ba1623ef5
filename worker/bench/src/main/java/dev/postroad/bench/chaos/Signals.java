package dev.postroad.bench.chaos;

import java.io.IOException;
import java.util.List;

/** Signals to processes that this one started. */
final class Signals {
    private Signals() {}

    /** One that has ended meanwhile, as sessions do, needs none. */
    static void send(String name, List<Long> processes) throws IOException, InterruptedException {
        for (long process : processes) {
            run("kill", "-" + name, Long.toString(process));
        }
    }

    /** Runs a program to its end, and gives its exit code. */
    static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
