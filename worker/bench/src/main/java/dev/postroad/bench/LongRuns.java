package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Runs with a long past that wait for a person, and are in Postgres alone: from the answer to the next decision. */
final class LongRuns {
    private static final String LONG = "bench-long";
    private static final String SHORT = "bench-short";
    private static final String DECIDED = """
            SELECT j.at FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
            WHERE r.run_id = ? AND j.type = 'run.resumed'""";
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
                .put("rowsOfEach", rowsOfLong("journal") / (2L * runs))
                .put("snapshotsOfEach", rowsOfLong("snapshots") / (2L * runs))
                .put("journalBytes", bytes("data", "journal"))
                .put("snapshotBytes", bytes("state", "snapshots") + bytes("rest", "snapshots"));
        site.sql()
                .useHandle(handle -> handle.execute("DELETE FROM postroad.snapshots s USING postroad.runs r"
                        + " WHERE r.id = s.run AND r.run_id LIKE 'bare-%'"));
        // In turns, so that the machine's drift and the compiler's work are everybody's.
        TakeUps withSnapshots = new TakeUps();
        TakeUps without = new TakeUps();
        TakeUps ofShort = new TakeUps();
        try (EventTail resumed = site.place().tail("run.resumed")) {
            for (int i = 0; i < runs; i++) {
                without.add("bare-" + i, resumed);
                withSnapshots.add("long-" + i, resumed);
                ofShort.add("short-" + i, resumed);
            }
        }
        figures.set("decided", withSnapshots.decided());
        figures.set("decidedWithoutSnapshots", without.decided());
        figures.set("decidedShort", ofShort.decided());
        figures.set("seen", withSnapshots.seen());
        figures.set("seenWithoutSnapshots", without.seen());
        figures.set("seenShort", ofShort.seen());
        return figures.put("ratioToWithoutSnapshots", withSnapshots.ratioTo(without))
                .put("ratioToShort", withSnapshots.ratioTo(ofShort));
    }

    private long rowsOfLong(String table) {
        return site.place()
                .count(
                        "SELECT count(*) FROM postroad.runs r JOIN postroad." + table
                                + " t ON t.run = r.id WHERE r.graph = ?",
                        LONG);
    }

    private long bytes(String column, String table) {
        return site.place().count("SELECT coalesce(sum(octet_length(" + column + "::text)), 0) FROM postroad." + table);
    }

    /** From the answer, before Kafka has it, to the decision by it, and until a subscriber sees its event. */
    private final class TakeUps {
        private final List<Double> untilDecided = new ArrayList<>();
        private final List<Double> untilSeen = new ArrayList<>();

        void add(String runId, EventTail resumed) throws InterruptedException {
            Control yes = new Control(runId, null, Control.Resume.with(BooleanNode.TRUE));
            Instant sentAt = Instant.now();
            long sent = System.nanoTime();
            site.place().send(site.place().topics().control(), runId, yes.toJson());
            site.place().flush();
            Ground.await(() -> resumed.has(runId), BEAT);
            untilSeen.add((resumed.arrivedAt(runId) - sent) / 1e6);
            untilDecided.add(Duration.between(sentAt, decidedAt(runId)).toNanos() / 1e6);
        }

        /** By the clock of Postgres, which is this machine's. */
        private Instant decidedAt(String runId) {
            return site.sql()
                    .withHandle(handle ->
                            handle.select(DECIDED, runId).mapTo(Instant.class).one());
        }

        ObjectNode decided() {
            return Latencies.of(untilDecided).figures();
        }

        ObjectNode seen() {
            return Latencies.of(untilSeen).figures();
        }

        double ratioTo(TakeUps other) {
            return Figures.round(Figures.median(untilDecided) / Figures.median(other.untilDecided), 3);
        }
    }
}
