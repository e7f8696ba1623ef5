package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs with a long past that wait for a person, and are in Postgres alone: from the answer to the next decision. */
final class LongRuns {
    private static final String LONG = "bench-long";
    private static final String SHORT = "bench-short";
    private static final Duration BEAT = Duration.ofMillis(1);

    private final Site site;
    private final int rows;
    private final int kibibytes;

    LongRuns(Site site, int rows, int kibibytes) {
        this.site = site;
        this.rows = rows;
        this.kibibytes = kibibytes;
    }

    /** @param runs of each kind, half of the long ones with their snapshots */
    ObjectNode measure(int runs) throws FaultsException, InterruptedException {
        site.place().publish(Graphs.longRun(LONG, kibibytes, Math.max(1, rows / 2 - kibibytes)));
        site.place().publish(Graphs.question(SHORT));
        for (int i = 0; i < runs; i++) {
            site.place().trigger(LONG, "long-" + i);
            site.place().trigger(LONG, "bare-" + i);
            site.place().trigger(SHORT, "short-" + i);
        }
        site.place().flush();
        Ground.await(
                () -> site.place().count("SELECT count(*) FROM postroad.runs WHERE status = 'waiting'") == 3L * runs);
        ObjectNode figures = JsonNodeFactory.instance
                .objectNode()
                .put("rowsOfEach", site.place().count("SELECT count(*) FROM postroad.journal") / (2L * runs))
                .put("snapshotsOfEach", site.place().count("SELECT count(*) FROM postroad.snapshots") / (2L * runs))
                .put("journalBytes", bytes("data", "journal"))
                .put("snapshotBytes", bytes("state", "snapshots") + bytes("rest", "snapshots"));
        site.sql()
                .useHandle(handle -> handle.execute("DELETE FROM postroad.snapshots s USING postroad.runs r"
                        + " WHERE r.id = s.run AND r.run_id LIKE 'bare-%'"));
        // In turns, so that the machine's drift and the compiler's work are everybody's.
        List<Double> withSnapshots = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        List<Double> ofShort = new ArrayList<>();
        try (EventTail resumed = site.place().tail("run.resumed")) {
            for (int i = 0; i < runs; i++) {
                without.add(millis("bare-" + i, resumed));
                withSnapshots.add(millis("long-" + i, resumed));
                ofShort.add(millis("short-" + i, resumed));
            }
        }
        figures.set("takenUp", Latencies.of(withSnapshots).figures());
        figures.set("takenUpWithoutSnapshots", Latencies.of(without).figures());
        figures.set("takenUpShort", Latencies.of(ofShort).figures());
        return figures;
    }

    private double millis(String runId, EventTail resumed) throws InterruptedException {
        Control yes = new Control(runId, null, Control.Resume.with(BooleanNode.TRUE));
        long sent = System.nanoTime();
        site.place().send(site.place().topics().control(), runId, yes.toJson());
        site.place().flush();
        Ground.await(() -> resumed.has(runId), BEAT);
        return (resumed.arrivedAt(runId) - sent) / 1e6;
    }

    private long bytes(String column, String table) {
        return site.place().count("SELECT coalesce(sum(octet_length(" + column + "::text)), 0) FROM postroad." + table);
    }
}
