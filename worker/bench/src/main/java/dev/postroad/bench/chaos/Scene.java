package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * What faults strike at.
 *
 * @param ofPostgres to be told when Postgres stood still
 * @param random decides whom, from the seed alone
 */
record Scene(Place place, Fleet fleet, Agents agents, Pauses ofPostgres, RandomGenerator random) {
    /** Any worker. */
    String anyWorker() {
        List<String> names = fleet.names();
        return names.get(random.nextInt(names.size()));
    }

    /** Lets time pass. */
    void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** Freezes a process of this one's, its children too, and wakes it after a time. */
    void freeze(String commandHas, Duration time) throws IOException, InterruptedException {
        List<String> processes = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(commandHas)
                        || process.info().command().orElse("").contains(commandHas))
                .map(process -> Long.toString(process.pid()))
                .toList();
        signal("STOP", processes);
        try {
            pass(time);
        } finally {
            signal("CONT", processes);
        }
    }

    private static void signal(String name, List<String> processes) throws IOException, InterruptedException {
        for (String process : processes) {
            // One that has ended meanwhile, as sessions do, needs none.
            new ProcessBuilder("kill", "-" + name, process)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
