package dev.postroad.bench;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A worker in a process of its own. Says {@code ready} with its HTTP port; to each line that comes in it answers with the
 * bytes of heap that a collection leaves; at the end of the lines it stops.
 */
final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) throws FaultsException, IOException, InterruptedException {
        // What logs to it must not fill the pipe that is read now and then alone: the whole worker would wait for room.
        PrintStream answers = System.out;
        System.setOut(System.err);
        try (Worker worker = Worker.start(WorkerSettings.read(System.getenv()));
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Ground.await(worker::isReady, Duration.ofMillis(10));
            answers.println("ready " + worker.httpPort());
            while (lines.readLine() != null) {
                System.gc();
                answers.println("heap "
                        + ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getUsed());
            }
        }
        System.exit(0);
    }
}
