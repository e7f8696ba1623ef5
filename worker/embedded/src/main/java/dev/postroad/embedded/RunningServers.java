package dev.postroad.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** The servers that this process runs. All of them start, or none is left running. */
record RunningServers(EmbeddedKafka kafka, EmbeddedPostgres postgres, SimulatedModelServer model)
        implements AutoCloseable {

    /** Starts them side by side, since each takes seconds. */
    static RunningServers start(Path directory, EmbeddedPorts ports) {
        Future<EmbeddedKafka> kafka;
        Future<EmbeddedPostgres> postgres;
        Future<SimulatedModelServer> model;
        try (ExecutorService threads = threads("start")) {
            model = threads.submit(() -> SimulatedModelServer.start(ports.model()));
            kafka = threads.submit(() -> EmbeddedKafka.start(directory.resolve("kafka"), ports.kafka()));
            postgres = threads.submit(() -> EmbeddedPostgres.start(directory.resolve("postgres"), ports.postgres()));
        }
        // Leaving the block has waited for all three, so that each is known to run or to have failed.
        List<Future<? extends AutoCloseable>> starts = List.of(model, kafka, postgres);
        try {
            throwFailures(starts.stream());
        } catch (EmbeddedServerException failed) {
            starts.stream().filter(RunningServers::hasSucceeded).forEach(server -> close(server, failed));
            throw failed;
        }
        return new RunningServers(kafka.resultNow(), postgres.resultNow(), model.resultNow());
    }

    /** Stops them side by side. One that cannot be stopped does not keep the others running. */
    @Override
    public void close() {
        List<Future<?>> stops = new ArrayList<>();
        try (ExecutorService threads = threads("stop")) {
            stops.add(threads.submit(model::close));
            stops.add(threads.submit(kafka::close));
            stops.add(threads.submit(postgres::close));
        }
        throwFailures(stops.stream());
    }

    private static ExecutorService threads(String purpose) {
        return Executors.newThreadPerTaskExecutor(Thread.ofPlatform()
                .name("postroad-embedded-" + purpose + "-", 0)
                .factory());
    }

    /** Throws the first failure, which carries the others. */
    private static void throwFailures(Stream<? extends Future<?>> ended) {
        List<Throwable> failures = ended.filter(server -> !hasSucceeded(server))
                .map(Future::exceptionNow)
                .toList();
        if (failures.isEmpty()) {
            return;
        }
        Throwable first = failures.getFirst();
        var failure = new EmbeddedServerException(String.valueOf(first.getMessage()), first);
        failures.stream().skip(1).forEach(failure::addSuppressed);
        throw failure;
    }

    private static boolean hasSucceeded(Future<?> ended) {
        return ended.state() == Future.State.SUCCESS;
    }

    private static void close(Future<? extends AutoCloseable> server, EmbeddedServerException because) {
        try {
            server.resultNow().close();
        } catch (Exception alsoFailed) {
            because.addSuppressed(alsoFailed);
        }
    }
}
