package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Jdbi;

/** A database and topics of their own, and one worker in this process. */
final class Site implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Place place;
    private final Worker worker;
    private final Metrics metrics;

    Site(Ground ground, String name, int maxRuns) throws FaultsException, InterruptedException {
        place = new Place(ground, name);
        worker = Worker.start(
                WorkerSettings.read(place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(maxRuns)))));
        metrics = new Metrics(worker.httpPort());
        Ground.await(worker::isReady);
    }

    Place place() {
        return place;
    }

    int httpPort() {
        return worker.httpPort();
    }

    Jdbi sql() {
        return place.sql();
    }

    /** Triggers runs, all at once, and waits for the end of the last. */
    void run(String graph, String prefix, int runs) throws InterruptedException {
        long before = runsEnded();
        for (int i = 0; i < runs; i++) {
            place.trigger(graph, prefix + i);
        }
        place.flush();
        Ground.await(() -> runsEnded() - before >= runs);
    }

    /** Triggers a run and waits until its end is committed, leaving the machine to it. */
    void runAlone(String graph, String runId) {
        place.trigger(graph, runId);
        place.flush();
        Instant end = Instant.now().plus(LIMIT);
        do {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException(runId + " did not end");
            }
            LockSupport.parkNanos(20_000_000);
        } while (place.count("SELECT count(*) FROM postroad.runs WHERE run_id = ? AND ended_at IS NOT NULL", runId)
                == 0);
    }

    /** From the decision to admit to the decision to complete. */
    double medianRunMillis(String prefix) {
        return sql().withHandle(handle -> handle.createQuery("""
                        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - queued_at) * 1000)
                        FROM postroad.runs WHERE run_id LIKE :prefix || '%'""")
                .bind("prefix", prefix)
                .mapTo(Double.class)
                .one());
    }

    /** From each decision of a run of one node after another to the next, from the admission on. */
    List<Double> medianStepMillis(String prefix) {
        return sql().withHandle(handle -> handle.createQuery("""
                        WITH decided AS (
                            SELECT j.seq, j.at - lag(j.at) OVER (PARTITION BY j.run ORDER BY j.seq) AS took
                            FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                            WHERE r.run_id LIKE :prefix || '%' AND j.type IN ('run.queued', 'node.completed'))
                        SELECT round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took) * 1000))::numeric, 3)
                        FROM decided WHERE took IS NOT NULL GROUP BY seq ORDER BY seq""")
                .bind("prefix", prefix)
                .mapTo(Double.class)
                .list());
    }

    /** Time and bytes of a quarter of the transitions of runs, as medians over the runs. */
    ObjectNode quarter(String prefix, int quarter, int transitions) {
        return sql().withHandle(handle -> handle.createQuery("""
                        WITH done AS (
                            SELECT j.run, j.at, pg_column_size(j.*) AS bytes,
                                   row_number() OVER (PARTITION BY j.run ORDER BY j.seq) - 1 AS place
                            FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                            WHERE r.run_id LIKE :prefix || '%' AND j.type = 'node.completed')
                        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY millis) AS millis,
                               percentile_cont(0.5) WITHIN GROUP (ORDER BY bytes) AS bytes
                        FROM (SELECT run, extract(epoch FROM max(at) - min(at)) * 1000 / (count(*) - 1) AS millis,
                                     avg(bytes) AS bytes
                              FROM done WHERE place >= :first AND place < :first + :transitions GROUP BY run) q""")
                .bind("prefix", prefix)
                .bind("first", quarter * transitions)
                .bind("transitions", transitions)
                .map((row, context) -> JsonNodeFactory.instance
                        .objectNode()
                        .put("quarter", quarter + 1)
                        .put("millisPerTransition", Figures.round(row.getDouble("millis"), 3))
                        .put("bytesPerTransition", Math.round(row.getDouble("bytes"))))
                .one());
    }

    /** A figure that the worker shows, of the lines with a tag. */
    long metric(String name, String tag) {
        return metrics.sum(name, tag);
    }

    private long runsEnded() {
        return metrics.sum("postroad_runs_ended_total");
    }

    @Override
    public void close() {
        metrics.close();
        place.close();
        worker.close();
    }
}
