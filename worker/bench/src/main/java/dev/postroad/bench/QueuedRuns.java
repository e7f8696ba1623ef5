package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Trigger;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Far more triggers at once than a worker may run, and a worker that dies half-way. */
final class QueuedRuns {
    private static final String GRAPH = "bench-nap";
    private static final long NAP_MILLIS = 200;
    private static final int PRIORITIES = 10;
    private static final Duration BEAT = Duration.ofMillis(50);

    private final Ground ground;
    private final Place place;
    private final int maxRuns;

    QueuedRuns(Ground ground, Place place, int maxRuns) {
        this.ground = ground;
        this.place = place;
        this.maxRuns = maxRuns;
    }

    ObjectNode measure(int runs) throws IOException, FaultsException, InterruptedException {
        ObjectNode figures = JsonNodeFactory.instance.objectNode().put("runs", runs);
        try (WorkerProcess first = worker()) {
            warmUp();
            long begun = System.nanoTime();
            trigger(runs);
            Ground.await(() -> queued() == runs, BEAT);
            figures.put("secondsUntilAllAreQueued", Figures.round((System.nanoTime() - begun) / 1e9, 2));
            figures.put("startedByThen", started());
            Ground.await(() -> started() >= runs / 2, BEAT);
            first.kill();
        }
        figures.put("startedBeforeTheKill", started());
        try (WorkerProcess second = worker()) {
            figures.put("readyMillis", Math.round(second.readyMillis()));
            figures.put("readyCpuMillis", Math.round(second.readyCpuMillis()));
            Ground.await(() -> ended() == runs);
        }
        QueueOrder order = QueueOrder.of(place, "queued-");
        figures.put("compared", order.compared()).put("outOfOrderInTheirShard", order.outOfOrderInTheirShard());
        figures.set("beganBeforeItsTurnOverAll", order.early().figures());
        return figures;
    }

    private WorkerProcess worker() throws IOException {
        return new WorkerProcess(
                place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(maxRuns))), ground.log("worker"));
    }

    private void warmUp() throws FaultsException, InterruptedException {
        place.publish(Graphs.nap(GRAPH, NAP_MILLIS));
        place.publish(Graphs.chain("bench-warm", 3, NoOperation.NAME));
        for (int i = 0; i < 10_000; i++) {
            place.trigger("bench-warm", "warm-" + i);
        }
        place.flush();
        Ground.await(() -> place.count("SELECT count(*) FROM postroad.runs WHERE ended_at IS NOT NULL") == 10_000);
    }

    private void trigger(int runs) {
        for (int i = 0; i < runs; i++) {
            Trigger trigger = new Trigger(
                    new Trigger.OfGraph(GRAPH, null),
                    null,
                    JsonNodeFactory.instance.objectNode(),
                    // By no pattern that the order of the triggers or their shards has.
                    Math.floorMod(Integer.hashCode(i * 0x9E3779B9) >>> 7, PRIORITIES),
                    null,
                    Map.of());
            place.send(place.topics().triggers(), "queued-" + i, trigger.toJson());
        }
        place.flush();
    }

    private long queued() {
        return place.count("SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'queued-%'");
    }

    private long started() {
        return place.count(
                "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'queued-%' AND started_at IS NOT NULL");
    }

    private long ended() {
        return place.count("SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'queued-%' AND ended_at IS NOT NULL");
    }
}
