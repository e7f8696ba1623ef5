package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One tenant that queues far more runs than may go at once, and another that has one each second. */
final class FairRuns {
    private static final int PLACES = 50;
    private static final long NAP_MILLIS = 5;
    private static final List<String> GRAPHS = List.of("fifo", "fair");

    /** This part of the runs goes before the measured ones. */
    private static final int WARM_UP = 5;

    private static final String ENDED = "postroad_runs_ended_total";
    private static final Duration BEAT = Duration.ofMillis(50);

    private final Map<String, Instant> sent = new HashMap<>();
    private final Ground ground;
    private final Place place;

    FairRuns(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    /** @param rounds of each, by turns, so that the machine's drift and the growing tables are everybody's */
    ObjectNode measure(int runs, int single, int rounds) throws IOException, FaultsException, InterruptedException {
        Map<String, List<Double>> rates = new TreeMap<>();
        try (WorkerProcess worker = new WorkerProcess(
                place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(PLACES))), ground.log("worker"))) {
            place.publish(Graphs.nap("fifo", NAP_MILLIS));
            place.publish(Graphs.nap("fair", NAP_MILLIS) + "queue: { fairness: { key: input.log } }\n");
            for (String graph : GRAPHS) {
                many(worker, graph, "warm-" + graph, runs / WARM_UP, 0);
            }
            long before = worker.metrics().sum(ENDED);
            one("fair", "empty", single);
            Ground.await(() -> worker.metrics().sum(ENDED) - before >= single, BEAT);
            for (int round = 0; round < rounds; round++) {
                for (String graph : GRAPHS) {
                    rates.computeIfAbsent(graph, _ -> new ArrayList<>())
                            .add(many(worker, graph, graph + "-" + round, runs, single));
                }
            }
        }
        return figures(rates).put("runs", runs);
    }

    private ObjectNode figures(Map<String, List<Double>> rates) {
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        long empty = waitP99("empty");
        long fair = waitP99("fair");
        rates.forEach((graph, all) -> all.forEach(figures.putArray("runsPerSecondWith" + graph)::add));
        return figures.put("waitP99MillisOnAnEmptyQueue", empty)
                .put("waitP99MillisWithfifo", waitP99("fifo"))
                .put("waitP99MillisWithfair", fair)
                .put("ratioOfWaits", Figures.round((double) fair / Math.max(1, empty), 2))
                .put(
                        "ratioOfRates",
                        Figures.round(
                                Figures.median(Objects.requireNonNull(rates.get("fair")))
                                        / Figures.median(Objects.requireNonNull(rates.get("fifo"))),
                                3));
    }

    /** How many runs of one tenant begin each second, while the other has some. */
    private double many(WorkerProcess worker, String graph, String prefix, int runs, int single)
            throws InterruptedException {
        long before = worker.metrics().sum(ENDED);
        for (int i = 0; i < runs; i++) {
            send(graph, prefix + "-many-" + i, "many");
        }
        place.flush();
        one(graph, prefix, single);
        // The worker is asked, for Postgres would count all runs of all rounds.
        Ground.await(() -> worker.metrics().sum(ENDED) - before >= runs + single, BEAT);
        return Figures.round(runs / (millisOfMany(prefix) / 1e3), 0);
    }

    private void one(String graph, String prefix, int single) throws InterruptedException {
        for (int i = 0; i < single; i++) {
            TimeUnit.SECONDS.sleep(1);
            sent.put(prefix + "-one-" + i, Instant.now());
            send(graph, prefix + "-one-" + i, "one");
            place.flush();
        }
    }

    private void send(String graph, String runId, String tenant) {
        place.trigger(graph, runId, JsonNodeFactory.instance.objectNode().put("log", tenant));
    }

    /** From when a trigger was sent, which is before it was queued where others are read before it. */
    private long waitP99(String prefix) {
        List<Double> waits = new ArrayList<>();
        sent.forEach((runId, at) -> {
            if (runId.startsWith(prefix)) {
                waits.add(Duration.between(at, startedAt(runId)).toNanos() / 1e6);
            }
        });
        return Math.round(Latencies.of(waits).quantile(0.99));
    }

    /** By the clock of Postgres, which is this machine's. */
    private Instant startedAt(String runId) {
        return place.sql()
                .withHandle(handle -> handle.select("SELECT started_at FROM postroad.runs WHERE run_id = ?", runId)
                        .mapTo(Instant.class)
                        .one());
    }

    private long millisOfMany(String graph) {
        return place.count("""
                SELECT (extract(epoch FROM max(ended_at) - min(started_at)) * 1000)::bigint
                FROM postroad.runs WHERE run_id LIKE '%s-many-%%'""".formatted(graph));
    }
}
