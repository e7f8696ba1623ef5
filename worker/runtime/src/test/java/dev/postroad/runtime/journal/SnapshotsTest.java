package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.Origin;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunCodec;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A long run with snapshots: whichever of them are deleted or broken, it is read back as its journal tells it. */
@NullMarked
@Timeout(300)
class SnapshotsTest {
    private static final Site SITE = Site.open(1);
    private static final Map<Integer, Long> EPOCHS = Map.of(1, 5L);
    private static final int ROUNDS = 1_500;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String DEFINITION = """
            {
              "graph": "loop",
              "state": { "count": { "reducer": "last", "default": 0 }, "words": { "reducer": "append" } },
              "nodes": { "again": { "agent": "a" } },
              "edges": [
                { "from": "START", "to": "again" },
                { "from": "again", "to": "again", "when": "state.count < 1000000" },
                { "from": "again", "otherwise": true, "to": "END" }
              ],
              "limits": { "supersteps": 100000 }
            }
            """;
    private static final Graph GRAPH = Site.graph(DEFINITION);
    private static final JournalReader READER =
            new JournalReader(SITE.database(), new SetAsideRuns(SITE.sql(), "me", (runId, what) -> {}));
    private static final List<Run> RUNS = new ArrayList<>();

    @BeforeAll
    static void writeALongRun() {
        sql("INSERT INTO postroad.shards VALUES (1, 5, 'me', now() - interval '1 hour')");
        try (JournalWriter journal = new JournalWriter(SITE.database(), () -> false, (runId, what) -> {});
                SnapshotWriter snapshots = new SnapshotWriter(SITE.database(), InstantSource.system())) {
            snapshots.start();
            RunKey key = new RunKey(journal.nextRunNumber(), "long", 1, null);
            SnapshotPace pace = new SnapshotPace();
            List<JournalEntry> entries = decisions(key);
            for (int from = 0; from < entries.size(); from += 100) {
                List<JournalEntry> batch = entries.subList(from, Math.min(entries.size(), from + 100));
                journal.commit(batch, EPOCHS);
                batch.forEach(entry -> {
                    long bytesSince = pace.grown(entry.rows());
                    if (bytesSince > 0) {
                        snapshots.offer(key, entry.run(), pace, bytesSince);
                    }
                });
            }
            Site.await("snapshots are written", () -> count() >= 4);
        }
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.graphs (name, version, definition, published_at)"
                                + " VALUES ('loop', 1, ?::json, now())",
                        DEFINITION));
        sql("CREATE TABLE kept AS TABLE postroad.snapshots");
    }

    @BeforeEach
    void restore() {
        sql("TRUNCATE postroad.snapshots");
        sql("INSERT INTO postroad.snapshots SELECT * FROM kept");
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void theSnapshotsOfARunWeighNoMoreThanItsJournal() {
        assertThat(SITE.number("SELECT sum(octet_length(state::text) + octet_length(rest::text)) FROM kept"))
                .isLessThan(SITE.number("SELECT sum(octet_length(data::text)) FROM postroad.journal"));
        assertThat(SITE.number("SELECT count(*) FROM kept k JOIN postroad.journal j USING (run, seq, version)"))
                .isEqualTo(count());
    }

    @Test
    void aRunIsReadFromItsNewestSnapshotAndWhatFollows() throws SQLException {
        String before = breakAnOldRow();
        try {
            check(RUNS.getLast(), found());
        } finally {
            mend(before);
        }
    }

    @Test
    void aStateIsReadFromTheSnapshotBeforeItsVersion() {
        Run wanted = RUNS.get(RUNS.size() - 10);
        String before = breakAnOldRow();
        try {
            assertThat(SITE.history()
                            .state("long", wanted.version())
                            .orElseThrow()
                            .state())
                    .isEqualTo(wanted.state());
        } finally {
            mend(before);
        }
    }

    /** What is older than the newest snapshot is not looked at. */
    private static String breakAnOldRow() {
        String before = SITE.sql()
                .withHandle(handle -> handle.select("SELECT data::text FROM postroad.journal WHERE seq = 10")
                        .mapTo(String.class)
                        .one());
        sql("UPDATE postroad.journal SET type = 'odd', data = '[]' WHERE seq = 10");
        return before;
    }

    private static void mend(String data) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.journal SET data = ?::json, type = (SELECT type FROM postroad.journal WHERE seq = 12)"
                                + " WHERE seq = 10",
                        data));
    }

    @Test
    void anyOfTheSnapshotsMayBeMissingOrBroken() throws SQLException {
        for (long seed = 0; seed < 25; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            restore();
            for (int version : SITE.sql()
                    .withHandle(handle -> handle.select("SELECT version FROM kept")
                            .mapTo(Integer.class)
                            .list())) {
                harm(version, random.nextInt(9));
            }
            check(RUNS.getLast(), found());
            Run wanted = RUNS.get(random.nextInt(RUNS.size()));
            Run at =
                    ((Readable) READER.findAt("long", wanted.version(), named()).orElseThrow()).run();
            assertThat(at.version()).isEqualTo(wanted.version());
            assertThat(at.state()).as("seed %d", seed).isEqualTo(wanted.state());
            assertThat(SITE.history()
                            .state("long", wanted.version())
                            .orElseThrow()
                            .state())
                    .as("seed %d", seed)
                    .isEqualTo(wanted.state());
            assertThat(SITE.history().state("long", null).orElseThrow().state())
                    .as("seed %d", seed)
                    .isEqualTo(RUNS.getLast().state());
        }
    }

    @Test
    void whoReadsALongJournalOffersASnapshotOfIt() throws SQLException {
        sql("TRUNCATE postroad.snapshots");
        List<Integer> offered = new ArrayList<>();
        new JournalReader(
                        SITE.database(),
                        new SetAsideRuns(SITE.sql(), "me", (runId, what) -> {}),
                        (key, run, pace, bytesSince) -> offered.add(run.seq()))
                .find("long", named());
        assertThat(offered).containsExactly(RUNS.getLast().seq());
    }

    /** Nothing, gone, or broken in one of the ways in which it may be broken. */
    private static void harm(int version, int how) {
        String row = " WHERE version = " + version;
        switch (how) {
            case 0 -> sql("DELETE FROM postroad.snapshots" + row);
            case 1 -> sql("UPDATE postroad.snapshots SET checksum = checksum + 1" + row);
            case 2 -> sql("UPDATE postroad.snapshots SET state = '{\"count\": 7}'" + row);
            case 3 -> sql("UPDATE postroad.snapshots SET rest = '[]'" + row);
            case 4 -> sql("UPDATE postroad.snapshots SET layout = layout + 1" + row);
            case 5 -> sql("UPDATE postroad.snapshots SET seq = seq + 1" + row);
            case 6 -> sql("UPDATE postroad.snapshots SET seq = seq + 1000000" + row);
            default -> {}
        }
    }

    private static Run found() throws SQLException {
        return ((Readable) READER.find("long", named()).orElseThrow()).run();
    }

    private static void check(Run wanted, Run found) {
        assertThat(RunCodec.tree(found)).hasToString(RunCodec.tree(wanted).toString());
    }

    private static StoredRun.Graphs named() {
        return (name, version) -> GRAPH;
    }

    private static long count() {
        return SITE.number("SELECT count(*) FROM postroad.snapshots");
    }

    private static List<JournalEntry> decisions(RunKey key) {
        List<JournalEntry> entries = new ArrayList<>();
        Admission admission = new Admission((ObjectNode) Site.json("{}"), 0, null, Map.of(), new Origin("t", 1, 1));
        Decision decision = Decider.admit(key.id(), GRAPH, admission, START);
        add(entries, key, decision, true);
        decision = Decider.decide(decision.run(), new Command.Start(), START);
        add(entries, key, decision, false);
        for (int i = 1; i <= ROUNDS; i++) {
            String write = "{'count': " + i + ", 'words': ['word " + i + "']}";
            Command answer = new Command.Answer(
                    "again@" + i, 1, AgentReply.completed(Site.json(write)), RetryPolicy.DEFAULT, 0, 0);
            decision = Decider.decide(decision.run(), answer, START.plusMillis(i));
            add(entries, key, decision, false);
        }
        return entries;
    }

    private static void add(List<JournalEntry> entries, RunKey key, Decision decision, boolean fresh) {
        List<JournalRow> rows = new ArrayList<>();
        for (Event event : decision.events()) {
            rows.add(JournalRow.of(event));
        }
        entries.add(new JournalEntry(key, decision.before(), decision.run(), rows, fresh));
        RUNS.add(decision.run());
    }

    private static void sql(String statement) {
        SITE.sql().useHandle(handle -> handle.execute(statement));
    }
}
