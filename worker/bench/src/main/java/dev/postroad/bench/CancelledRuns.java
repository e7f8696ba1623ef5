package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Runs whose agents are at work, and which are cancelled one after the other while others come and go. */
final class CancelledRuns {
    private static final String LONG = "bench-long";
    private static final String CHAIN = "bench-chain";
    private static final Duration AS_GOOD_AS_EVER = Duration.ofHours(1);
    private static final int WARM_UPS = 10_000;

    private final Ground ground;
    private final Place place;

    CancelledRuns(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    ObjectNode measure(int runs, int pace, int load) throws IOException, FaultsException, InterruptedException {
        // The lanes share the places of a worker evenly, the hashes of the run ids don't.
        int places = 1_000 + runs + runs / 4;
        try (WorkerProcess worker = new WorkerProcess(
                place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(places))), ground.log("worker"))) {
            place.publish(Graphs.nap(LONG, AS_GOOD_AS_EVER.toMillis()));
            place.publish(Graphs.chain(CHAIN, 10, NoOperation.NAME));
            warmUp();
            for (int i = 0; i < runs; i++) {
                place.trigger(LONG, "long-" + i);
            }
            place.flush();
            Ground.await(() -> calls(worker) >= runs);
            ObjectNode figures = JsonNodeFactory.instance.objectNode().put("runs", runs);
            try (Pace chains = new Pace(load, i -> place.trigger(CHAIN, "load-" + i))) {
                chains.start();
                figures.set("fromMessageToEvent", cancel(runs, pace).figures());
                figures.put("chainsBesides", chains.done());
            }
            long begun = System.nanoTime();
            Ground.await(() -> calls(worker) == 0, Duration.ofMillis(20));
            return figures.put("millisUntilNoCallIsLeft", Math.round((System.nanoTime() - begun) / 1e6))
                    .put(
                            "cancelled",
                            place.count("SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'long-%'"
                                    + " AND status = 'cancelled'"));
        }
    }

    private void warmUp() throws InterruptedException {
        for (int i = 0; i < WARM_UPS; i++) {
            place.trigger(CHAIN, "warm-" + i);
        }
        place.flush();
        Ground.await(() -> place.count("SELECT count(*) FROM postroad.runs WHERE ended_at IS NOT NULL") == WARM_UPS);
    }

    private static long calls(WorkerProcess worker) {
        return worker.metrics().sum("postroad_agent_calls_active");
    }

    private Latencies cancel(int runs, int pace) throws InterruptedException {
        Map<String, Long> sent = new HashMap<>();
        try (EventTail cancelled = place.tail("run.cancelled")) {
            try (Pace cancels = new Pace(pace, i -> {
                String runId = "long-" + i;
                sent.put(runId, System.nanoTime());
                place.send(
                        place.topics().control(),
                        runId,
                        new Control(runId, null, new Control.Cancel("enough")).toJson());
                place.flush();
            })) {
                cancels.run(runs);
            }
            Ground.await(() -> cancelled.runs() == runs);
            return Latencies.of(sent.entrySet().stream()
                    .map(message -> (cancelled.arrivedAt(message.getKey()) - message.getValue()) / 1e6)
                    .toList());
        }
    }
}
