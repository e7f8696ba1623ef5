package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Turns of graphs that limit their runs, on a real Postgres. */
@NullMarked
class QueuedRunsTest {
    private static final Site SITE = Site.open();

    private final QueuedRuns queued = new QueuedRuns(SITE.database());

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void empty() {
        SITE.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.runs"));
    }

    @Test
    void turnsAreGivenByRankToRunsThatWereToBeginLaterAndToOthersAlike() throws SQLException {
        run("third", "now() - interval '1 minute'", null);
        run("first", "now() - interval '3 minutes'", null);
        run("second", "now() - interval '2 minutes'", "now() - interval '2 minutes'");
        run("fourth", "now()", "now()");
        run("early", "now() - interval '30 minutes'", "now() + interval '1 hour'");
        run("far", "now() + interval '1 day'", "now() + interval '1 day'");
        queued.giveTurns("g", version -> 2);
        assertThat(withTurn()).containsExactly("first", "second");
        queued.giveTurns("g", version -> 3);
        assertThat(withTurn()).containsExactly("first", "second", "third");
        queued.giveTurns("g", version -> 10);
        assertThat(withTurn()).containsExactly("first", "second", "third", "fourth");
    }

    @Test
    void graphIsWantedWhereARunMayBeginNow() throws SQLException {
        assertThat(queued.wanted(Set.of("g", "h"))).isEmpty();
        run("far", "now() + interval '1 day'", "now() + interval '1 day'");
        run("early", "now() - interval '30 minutes'", "now() + interval '1 hour'");
        assertThat(queued.wanted(Set.of("g", "h"))).isEmpty();
        run("due", "now() - interval '30 minutes'", "now() - interval '1 minute'");
        assertThat(queued.wanted(Set.of("g", "h"))).containsExactly("g");
        queued.giveTurns("g", version -> 1);
        assertThat(queued.wanted(Set.of("g", "h"))).isEmpty();
        run("undelayed", "now()", null);
        assertThat(queued.wanted(Set.of("g", "h"))).containsExactly("g");
    }

    private List<String> withTurn() throws SQLException {
        return queued.withTurn(List.of(0)).stream().map(QueuedRun::runId).toList();
    }

    private static void run(String runId, String rank, @Nullable String wakeAt) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at, limited, "
                                + "rank, wake_at) VALUES (?, 0, 'g', 1, 'queued', 0, '{}', now(), true, " + rank + ", "
                                + wakeAt + ")",
                        runId));
    }
}
