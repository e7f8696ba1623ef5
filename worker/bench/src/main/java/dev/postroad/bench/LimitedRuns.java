package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** How many runs start each second under limits of many keys, beside as many without. */
final class LimitedRuns {
    private static final Duration BEAT = Duration.ofMillis(50);

    private final Ground ground;
    private final Place place;

    LimitedRuns(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    ObjectNode measure(int runs, int keys) throws IOException, FaultsException, InterruptedException {
        ObjectNode figures =
                JsonNodeFactory.instance.objectNode().put("runs", runs).put("keys", keys);
        try (WorkerProcess _ = new WorkerProcess(place.environment(Map.of()), ground.log("worker"))) {
            String plain = Graphs.chain("plain", 1, NoOperation.NAME);
            place.publish(plain);
            place.publish(Graphs.chain("limited", 1, NoOperation.NAME)
                    + "queue: { concurrency: [{ key: input.log, runs: 5 }] }\n");
            started("plain", "warm", runs, keys);
            double without = started("plain", "plain", runs, keys);
            double with = started("limited", "limited", runs, keys);
            figures.put("startsPerSecondWithout", Figures.round(without, 0))
                    .put("startsPerSecondWith", Figures.round(with, 0))
                    .put("share", Figures.round(with / without, 2));
        }
        return figures;
    }

    private double started(String graph, String prefix, int runs, int keys) throws InterruptedException {
        for (int i = 0; i < runs; i++) {
            place.trigger(
                    graph,
                    prefix + "-" + i,
                    JsonNodeFactory.instance.objectNode().put("log", "tenant-" + i % keys));
        }
        place.flush();
        Ground.await(
                () -> place.count("SELECT count(*) FROM postroad.runs WHERE run_id LIKE '" + prefix
                                + "-%' AND ended_at IS NOT NULL")
                        == runs,
                BEAT);
        long millis = place.count("""
                SELECT (extract(epoch FROM max(started_at) - min(queued_at)) * 1000)::bigint
                FROM postroad.runs WHERE run_id LIKE '%s-%%'""".formatted(prefix));
        return runs / (millis / 1e3);
    }
}
