package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What each process took of the processors, which a busy machine changes less than times. Immutable. */
final class Processors {
    private final Map<String, Long> micros;

    private Processors(Map<String, Long> micros) {
        this.micros = micros;
    }

    /**
     * What they took until now: this one, {@code worker}, the servers, and another.
     *
     * @param agent what the agents of the worker run in
     */
    static Processors untilNow(ProcessHandle agent) {
        Map<String, Long> micros = new HashMap<>();
        ProcessHandle worker = ProcessHandle.current();
        Stream.concat(Stream.of(worker), worker.descendants())
                .forEach(process -> micros.merge(name(process, worker, agent), micros(process), Long::sum));
        return new Processors(micros);
    }

    private static String name(ProcessHandle process, ProcessHandle worker, ProcessHandle agent) {
        if (process.equals(worker)) {
            return "worker";
        }
        return process.equals(agent)
                ? "agent"
                : process.info().command().orElse("").endsWith("java") ? "kafka" : "postgres";
    }

    private static long micros(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1_000;
    }

    /** What they took since then, in microseconds for each of so many. */
    ObjectNode microsOfEach(long count, Processors since) {
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(micros).forEach((name, until) -> {
            long used = until - since.micros.getOrDefault(name, 0L);
            figures.put(name, Figures.round(used / (double) count, 1));
        });
        return figures;
    }
}
