package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One tenant that queues far more runs than may go at once, and another that has one each second. */
final class FairRuns {
    private static final int PLACES = 50;
    private static final long NAP_MILLIS = 5;
    private static final Duration BEAT = Duration.ofMillis(50);

    private final Ground ground;
    private final Place place;

    FairRuns(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    ObjectNode measure(int runs, int single) throws IOException, FaultsException, InterruptedException {
        ObjectNode figures = JsonNodeFactory.instance.objectNode().put("runs", runs);
        try (WorkerProcess _ = new WorkerProcess(
                place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(PLACES))), ground.log("worker"))) {
            place.publish(Graphs.nap("fifo", NAP_MILLIS));
            place.publish(Graphs.nap("fair", NAP_MILLIS) + "queue: { fairness: { key: input.log } }\n");
            one("fair", "empty", single);
            figures.put("waitP99MillisOnAnEmptyQueue", waitP99("empty"));
            for (String graph : new String[] {"fifo", "fair"}) {
                many(graph, runs);
                one(graph, graph, single);
                Ground.await(() -> ended(graph + "-many-") == runs, BEAT);
                figures.put("waitP99MillisWith" + graph, waitP99(graph));
                figures.put("runsPerSecondWith" + graph, Figures.round(runs / (millisOfMany(graph) / 1e3), 0));
            }
        }
        return figures;
    }

    private void many(String graph, int runs) {
        for (int i = 0; i < runs; i++) {
            send(graph, graph + "-many-" + i, "many");
        }
        place.flush();
    }

    private void one(String graph, String prefix, int single) throws InterruptedException {
        for (int i = 0; i < single; i++) {
            TimeUnit.SECONDS.sleep(1);
            send(graph, prefix + "-one-" + i, "one");
            place.flush();
        }
        Ground.await(() -> ended(prefix + "-one-") == single, BEAT);
    }

    private void send(String graph, String runId, String tenant) {
        place.trigger(graph, runId, JsonNodeFactory.instance.objectNode().put("log", tenant));
    }

    private long waitP99(String prefix) {
        return place.count("""
                SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - queued_at) * 1000)::bigint
                FROM postroad.runs WHERE run_id LIKE '%s-one-%%' AND started_at IS NOT NULL""".formatted(prefix));
    }

    private long millisOfMany(String graph) {
        return place.count("""
                SELECT (extract(epoch FROM max(ended_at) - min(started_at)) * 1000)::bigint
                FROM postroad.runs WHERE run_id LIKE '%s-many-%%'""".formatted(graph));
    }

    private long ended(String prefix) {
        return place.count(
                "SELECT count(*) FROM postroad.runs WHERE run_id LIKE '" + prefix + "%' AND ended_at IS NOT NULL");
    }
}
