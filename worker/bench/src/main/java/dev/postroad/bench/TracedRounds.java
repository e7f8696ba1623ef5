package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The chain benchmark on a worker that traces a part of its runs, and on one that traces none, by turns, since the machine
 * drifts within minutes. Each worker is a process of its own, and so is what takes the spans, so that what they use of
 * the processors is told apart; the one whose turn it is not is idle.
 */
final class TracedRounds {
    private static final String GRAPH = "bench-chain";
    private static final int NODES = 10;
    private static final int HEAP_MEBIBYTES = 1_024;
    private static final String SPANS = "postroad_trace_spans_total";

    private final Ground ground;
    private final int runs;
    private final int inFlight;

    TracedRounds(Ground ground, int runs, int inFlight) {
        this.ground = ground;
        this.runs = runs;
        this.inFlight = inFlight;
    }

    /** @param sampled which part of the runs is traced, 0 to 1 */
    ObjectNode measure(int rounds, double sampled) throws IOException, FaultsException, InterruptedException {
        try (SpanReceiver receiver = new SpanReceiver();
                Side off = new Side("untraced", Map.of());
                Side on = new Side(
                        "traced",
                        Map.of(
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                receiver.endpoint(),
                                "OTEL_TRACES_SAMPLER",
                                "parentbased_traceidratio",
                                "OTEL_TRACES_SAMPLER_ARG",
                                Double.toString(sampled)))) {
            for (Side side : List.of(off, on)) {
                side.place.publish(Graphs.chain(GRAPH, NODES, NoOperation.NAME));
                side.run("warm-");
            }
            for (int round = 0; round < rounds; round++) {
                // Whoever is second finds another machine, so each is first as often.
                for (Side side : round % 2 == 0 ? List.of(off, on) : List.of(on, off)) {
                    side.measure(round);
                }
            }
            ObjectNode figures = JsonNodeFactory.instance
                    .objectNode()
                    .put("runs", runs)
                    .put("nodes", NODES)
                    .put("sampled", sampled);
            off.rates.forEach(figures.putArray("offTransitionsPerSecond")::add);
            on.rates.forEach(figures.putArray("onTransitionsPerSecond")::add);
            off.cpuSeconds.forEach(figures.putArray("offCpuSeconds")::add);
            on.cpuSeconds.forEach(figures.putArray("onCpuSeconds")::add);
            return figures.put("ratio", Figures.ratio(on.rates, off.rates))
                    .put("ratioByCpu", Figures.ratio(off.cpuSeconds, on.cpuSeconds))
                    .put("spansSent", on.worker.metrics().sum(SPANS, "outcome=\"sent\""))
                    .put("spansDropped", on.worker.metrics().sum(SPANS, "outcome=\"dropped\""));
        }
    }

    /** A worker with tables and topics of its own, and what was measured of it. */
    private final class Side implements AutoCloseable {
        private final Place place;
        private final WorkerProcess worker;
        private final List<Double> rates = new ArrayList<>();
        private final List<Double> cpuSeconds = new ArrayList<>();

        Side(String name, Map<String, String> more) throws IOException, FaultsException {
            place = new Place(ground, name);
            Map<String, String> environment = new HashMap<>(more);
            environment.put("POSTROAD_MAX_RUNS", Integer.toString(inFlight));
            worker = new WorkerProcess(place.environment(environment), ground.log(name), HEAP_MEBIBYTES);
        }

        void measure(int round) throws InterruptedException {
            place.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.journal, postroad.runs"));
            String prefix = "round-" + round + "-";
            double before = cpu();
            run(prefix);
            cpuSeconds.add(Figures.round(cpu() - before, 2));
            rates.add(
                    Figures.of(place.sql(), prefix).get("transitionsPerSecond").doubleValue());
        }

        void run(String prefix) throws InterruptedException {
            long before = ended();
            for (int i = 0; i < runs; i++) {
                place.trigger(GRAPH, prefix + i);
            }
            place.flush();
            Ground.await(() -> ended() - before >= runs);
        }

        private long ended() {
            return worker.metrics().sum("postroad_runs_ended_total");
        }

        private double cpu() {
            return worker.handle()
                            .info()
                            .totalCpuDuration()
                            .map(Duration::toMillis)
                            .orElse(0L)
                    / 1e3;
        }

        @Override
        public void close() {
            worker.close();
            place.close();
        }
    }
}
