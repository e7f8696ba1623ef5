package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How many runs start each second under limits of many keys, beside as many without. */
final class LimitedRuns {
    private static final String ENDED = "postroad_runs_ended_total";

    private final List<Double> without = new ArrayList<>();
    private final List<Double> with = new ArrayList<>();
    private final ObjectNode figures = JsonNodeFactory.instance.objectNode();
    private final Ground ground;
    private final Place place;

    LimitedRuns(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    /** @param rounds of each, by turns, so that the machine's drift and the growing tables are everybody's */
    ObjectNode measure(int runs, int keys, int rounds) throws IOException, FaultsException, InterruptedException {
        try (WorkerProcess worker = new WorkerProcess(place.environment(Map.of()), ground.log("worker"))) {
            place.publish(Graphs.chain("plain", 1, NoOperation.NAME));
            place.publish(Graphs.chain("limited", 1, NoOperation.NAME)
                    + "queue: { concurrency: [{ key: input.log, runs: 5 }] }\n");
            started(worker, "plain", "warm-plain", runs, keys);
            started(worker, "limited", "warm-limited", runs, keys);
            for (int round = 0; round < rounds; round++) {
                without.add(measured(worker, "plain", round, runs, keys));
                with.add(measured(worker, "limited", round, runs, keys));
            }
        }
        figures.put("runs", runs).put("keys", keys);
        without.forEach(figures.putArray("startsPerSecondWithout")::add);
        with.forEach(figures.putArray("startsPerSecondWith")::add);
        return figures.put("share", Figures.ratio(with, without));
    }

    private double measured(WorkerProcess worker, String graph, int round, int runs, int keys)
            throws InterruptedException {
        Processors before = Processors.untilNow(worker.handle());
        double started = started(worker, graph, graph + "-" + round, runs, keys);
        ObjectNode took = Processors.untilNow(worker.handle()).microsOfEach(runs, before);
        // This process, which sends the triggers, is its worker to a benchmark that holds one.
        took.remove("worker");
        took.set("worker", took.remove("agent"));
        figures.withArray("processorMicrosOfEach" + graph).add(took);
        return started;
    }

    private double started(WorkerProcess worker, String graph, String prefix, int runs, int keys)
            throws InterruptedException {
        long before = worker.metrics().sum(ENDED);
        for (int i = 0; i < runs; i++) {
            place.trigger(
                    graph,
                    prefix + "-" + i,
                    JsonNodeFactory.instance.objectNode().put("log", "tenant-" + i % keys));
        }
        place.flush();
        // The worker is asked, for Postgres would count all runs of all rounds.
        Ground.await(() -> worker.metrics().sum(ENDED) - before >= runs);
        long millis = place.count("""
                SELECT (extract(epoch FROM max(started_at) - min(queued_at)) * 1000)::bigint
                FROM postroad.runs WHERE run_id LIKE '%s-%%'""".formatted(prefix));
        return Figures.round(runs / (millis / 1e3), 0);
    }
}
