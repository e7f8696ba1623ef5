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
import java.util.stream.IntStream;

/**
 * One tenant that queues far more runs than may go at once, and another that has one each second: while the queue is empty,
 * while the triggers of the first are still admitted, and when all of them are queued.
 */
final class FairRuns {
    private static final int PLACES = 50;
    private static final List<String> GRAPHS = List.of("fifo", "fair");

    /** This part of the runs goes before the measured ones. */
    private static final int WARM_UP = 5;

    /** Among so many that were sent last is the last of each partition. */
    private static final int LAST = 500;

    private static final String ENDED = "postroad_runs_ended_total";
    private static final Duration BEAT = Duration.ofMillis(50);
    private static final String EMPTY = "empty";
    private static final String ARRIVING = "-arriving";
    private static final String QUEUED = "-queued";

    /** When the runs of the other tenant were sent, by what they were sent beside. */
    private final Map<String, Map<String, Instant>> sent = new HashMap<>();

    private final Map<String, List<Double>> figuresOfMany = new TreeMap<>();
    private final Ground ground;
    private final Place place;
    private final long napMillis;
    private int number;

    FairRuns(Ground ground, Place place, long napMillis) {
        this.ground = ground;
        this.place = place;
        this.napMillis = napMillis;
    }

    /** @param rounds of each, by turns, so that the machine's drift and the growing tables are everybody's */
    ObjectNode measure(int runs, int single, int rounds) throws IOException, FaultsException, InterruptedException {
        try (WorkerProcess worker = new WorkerProcess(
                place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(PLACES))), ground.log("worker"))) {
            place.publish(Graphs.nap("fifo", napMillis));
            place.publish(Graphs.nap("fair", napMillis) + "queue: { fairness: { key: input.log } }\n");
            for (String graph : GRAPHS) {
                many(worker, graph, "warm-" + graph, runs / WARM_UP, 0);
            }
            figuresOfMany.clear();
            sent.clear();
            awaitEnded(worker, worker.metrics().sum(ENDED), 0, () -> singles("fair", EMPTY, single));
            for (int round = 0; round < rounds; round++) {
                for (String graph : GRAPHS) {
                    many(worker, graph, graph + "-" + round, runs, single);
                }
            }
        }
        return figures().put("runs", runs).put("napMillis", napMillis);
    }

    private interface Work {
        int done() throws InterruptedException;
    }

    /** The worker is asked, for Postgres would count all runs of all rounds. */
    private static void awaitEnded(WorkerProcess worker, long before, int others, Work work)
            throws InterruptedException {
        int singles = work.done();
        Ground.await(() -> worker.metrics().sum(ENDED) - before >= others + singles, BEAT);
    }

    private ObjectNode figures() {
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        sent.forEach((beside, runs) -> {
            figures.set("waitOn" + beside, waits(runs).figures());
            figures.set("waitToBeReadOn" + beside, waitsToBeRead(runs).figures());
        });
        figuresOfMany.forEach((name, all) -> all.forEach(figures.putArray(name)::add));
        return figures.put("ratioOfWaits", Figures.round(p99("fair" + QUEUED) / p99(EMPTY), 2))
                .put("ratioOfWaitsWhileAdmitted", Figures.round(p99("fair" + ARRIVING) / p99(EMPTY), 2))
                .put("ratioOfRates", Figures.round(rate("fair") / rate("fifo"), 3));
    }

    private double p99(String beside) {
        return Math.max(1, waits(sent.getOrDefault(beside, Map.of())).quantile(0.99));
    }

    private double rate(String graph) {
        return Figures.median(Objects.requireNonNull(figuresOfMany.get("runsPerSecondOf" + graph)));
    }

    /** Lets one tenant have many runs, and the other one each second until enough of them came beside a whole queue. */
    private void many(WorkerProcess worker, String graph, String prefix, int runs, int single)
            throws InterruptedException {
        Instant begun = Instant.now();
        awaitEnded(worker, worker.metrics().sum(ENDED), runs, () -> {
            for (int i = 0; i < runs; i++) {
                send(graph, prefix + "-many-" + i, "many");
            }
            place.flush();
            int meanwhile = 0;
            Instant next = Instant.now();
            while (!isAdmitted(prefix, runs)) {
                if (single > 0 && Instant.now().isAfter(next)) {
                    next = Instant.now().plusSeconds(1);
                    single(graph, graph + ARRIVING);
                    meanwhile++;
                }
                TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
            }
            note("admittedPerSecondOf" + graph, runs, Duration.between(begun, Instant.now()));
            return meanwhile + singles(graph, graph + QUEUED, single);
        });
        long millis = place.count("""
                SELECT (extract(epoch FROM max(ended_at) - min(started_at)) * 1000)::bigint
                FROM postroad.runs WHERE run_id LIKE '%s-many-%%'""".formatted(prefix));
        note("runsPerSecondOf" + graph, runs, Duration.ofMillis(millis));
        figuresOfMany
                .computeIfAbsent("singlesBesideAQueueOf" + graph, _ -> new ArrayList<>())
                .add((double) singlesBeforeTheLast(prefix, graph + QUEUED, begun));
    }

    private void note(String name, int runs, Duration time) {
        figuresOfMany
                .computeIfAbsent(name, _ -> new ArrayList<>())
                .add(Figures.round(runs / (time.toMillis() / 1e3), 0));
    }

    private boolean isAdmitted(String prefix, int runs) {
        String[] last = IntStream.range(Math.max(0, runs - LAST), runs)
                .mapToObj(i -> prefix + "-many-" + i)
                .toArray(String[]::new);
        return place.count("SELECT count(*) FROM postroad.runs WHERE run_id = ANY (?)", (Object) last) == last.length;
    }

    private int singles(String graph, String beside, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            TimeUnit.SECONDS.sleep(1);
            single(graph, beside);
        }
        return count;
    }

    private void single(String graph, String beside) {
        String runId = beside + "-one-" + number++;
        sent.computeIfAbsent(beside, _ -> new HashMap<>()).put(runId, Instant.now());
        send(graph, runId, "one");
        place.flush();
    }

    private void send(String graph, String runId, String tenant) {
        place.trigger(graph, runId, JsonNodeFactory.instance.objectNode().put("log", tenant));
    }

    /** From when a trigger was sent, which is before it was queued where others are read before it. */
    private Latencies waits(Map<String, Instant> runs) {
        return waitsUntil("started_at", runs);
    }

    /** What of it was before the queue: whatever is written to a partition before a trigger is read before it. */
    private Latencies waitsToBeRead(Map<String, Instant> runs) {
        return waitsUntil("queued_at", runs);
    }

    private Latencies waitsUntil(String what, Map<String, Instant> runs) {
        List<Double> waits = new ArrayList<>();
        runs.forEach((runId, at) ->
                waits.add(Duration.between(at, timeOf(what, runId)).toNanos() / 1e6));
        return Latencies.of(waits);
    }

    /** By the clock of this machine. */
    private Instant timeOf(String what, String runId) {
        return place.sql()
                .withHandle(handle -> handle.select("SELECT " + what + " FROM postroad.runs WHERE run_id = ?", runId)
                        .mapTo(Instant.class)
                        .one());
    }

    /** Those that came before the last of the many began: the queue was not empty for them. */
    private long singlesBeforeTheLast(String prefix, String beside, Instant begun) {
        Instant last = place.sql()
                .withHandle(handle -> handle.select(
                                "SELECT max(started_at) FROM postroad.runs WHERE run_id LIKE ?", prefix + "-many-%")
                        .mapTo(Instant.class)
                        .one());
        return sent.getOrDefault(beside, Map.of()).values().stream()
                .filter(at -> at.isAfter(begun) && at.isBefore(last))
                .count();
    }
}
