package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.database.Pools;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What Postgres executes late: the writer gave up the connection and sent the batch again, runs went on, and then the
 * first statement is done after all. The server holds it up by a trigger that waits for a lock in one session alone.
 */
@NullMarked
@Timeout(300)
class LateStatementTest {
    private static final Site SITE = Site.open(1);
    private static final String SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'impatient'";

    private static final String FAR = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postroad far'";

    private final JournalWriter writer = new JournalWriter(impatient(), () -> false, (runId, what) -> {});
    private final Written written = new Written(writer);

    @BeforeAll
    static void letOneSessionWait() {
        sql("CREATE TABLE held (pid integer)");
        sql("""
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF pg_backend_pid() IN (SELECT pid FROM held) THEN PERFORM pg_advisory_xact_lock(42); END IF;
                RETURN NULL;
            END $$\
            """);
        // Before whatever it does first: what it had written by then, the second sending would wait for.
        sql("CREATE TRIGGER hold BEFORE INSERT ON postroad.journal FOR EACH STATEMENT EXECUTE FUNCTION hold()");
        sql("CREATE TRIGGER hold BEFORE INSERT OR UPDATE ON postroad.runs FOR EACH STATEMENT EXECUTE FUNCTION hold()");
    }

    @BeforeEach
    void ownTheShard() {
        sql("TRUNCATE held, postroad.runs, postroad.journal, postroad.shards");
        sql("INSERT INTO postroad.shards VALUES (1, 5, 'me', now() - interval '1 hour')");
    }

    @AfterEach
    void close() {
        writer.close();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void aBatchThatIsExecutedLateDoesNotTakeARunBackThatHasEnded() throws SQLException {
        JournalEntry admitted = written.admission("ends");
        JournalEntry begun = written.decide(admitted, new Command.Start(), 1);
        JournalEntry waiting =
                written.decide(begun, answer("ask@1", new AgentReply.Interrupted(Site.json("{'sure': true}"))), 2);
        JournalEntry resumed =
                written.decide(waiting, new Command.Resume("c", Map.of("ask@1#1", Site.json("1")), null, List.of()), 3);
        JournalEntry cancelled = written.decide(resumed, new Command.Steer("c2", new Control.Cancel(null)), 4);
        writer.commit(List.of(admitted, begun), Written.EPOCHS);
        executeLate(List.of(waiting), List.of(resumed, cancelled));
        checkAsIn(cancelled);
    }

    @Test
    void aRunThatIsAdmittedLateASecondTimeIsWhereItsJournalIs() throws SQLException {
        JournalEntry admitted = written.admission("fresh");
        JournalEntry begun = written.decide(admitted, new Command.Start(), 1);
        JournalEntry waiting =
                written.decide(begun, answer("ask@1", new AgentReply.Interrupted(Site.json("{'sure': true}"))), 2);
        JournalEntry cancelled = written.decide(waiting, new Command.Steer("c", new Control.Cancel(null)), 3);
        executeLate(List.of(admitted, begun), List.of(waiting, cancelled));
        checkAsIn(cancelled);
    }

    @Test
    void aBatchWithNewAndOldRunsThatIsExecutedLateChangesNeither() throws SQLException {
        JournalEntry old = written.admission("old");
        writer.commit(List.of(old), Written.EPOCHS);
        JournalEntry begun = written.decide(old, new Command.Start(), 1);
        JournalEntry fresh = written.admission("new");
        JournalEntry oldCancelled = written.decide(begun, new Command.Steer("c", new Control.Cancel(null)), 2);
        JournalEntry newCancelled = written.decide(fresh, new Command.Steer("d", new Control.Cancel(null)), 3);
        executeLate(List.of(begun, fresh), List.of(oldCancelled, newCancelled));
        checkAsIn(oldCancelled);
        checkAsIn(newCancelled);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs")).isEqualTo(2);
    }

    /** As when a second process had the same epoch and the old rows: the simplest form of the same. */
    @Test
    void oldBatchesThatAreWrittenOverAgainChangeNothing() {
        JournalEntry admitted = written.admission("again");
        JournalEntry begun = written.decide(admitted, new Command.Start(), 1);
        JournalEntry waiting =
                written.decide(begun, answer("ask@1", new AgentReply.Interrupted(Site.json("{'sure': true}"))), 2);
        JournalEntry cancelled = written.decide(waiting, new Command.Steer("c", new Control.Cancel(null)), 3);
        JournalEntry retried = written.decide(cancelled, new Command.Steer("c2", new Control.Retry()), 4);
        List<JournalEntry> all = List.of(admitted, begun, waiting, cancelled, retried);
        all.forEach(entry -> writer.commit(List.of(entry), Written.EPOCHS));
        try (JournalWriter other = new JournalWriter(SITE.database(), () -> false, (runId, what) -> {})) {
            for (JournalEntry entry : all) {
                other.commit(List.of(entry), Written.EPOCHS);
                checkAsIn(retried);
            }
            other.commit(all.subList(0, 3), Written.EPOCHS);
            checkAsIn(retried);
            // A part of the rows is there, and the rest is new.
            JournalEntry ended = written.decide(retried, new Command.Steer("c3", new Control.Cancel(null)), 5);
            other.commit(List.of(cancelled, retried, ended), Written.EPOCHS);
            checkAsIn(ended);
        }
    }

    /** It was done, and the writer asks for it a second time, as nobody told it. */
    @Test
    void aBatchWhoseAnswerIsLostOnTheWayIsThereOnce() {
        try (Relay relay = relay();
                Pools pools = pools(relay);
                JournalWriter far = far(pools)) {
            JournalEntry admitted = written.admission("lost");
            JournalEntry begun = written.decide(admitted, new Command.Start(), 1);
            far.commit(List.of(admitted), Written.EPOCHS);
            relay.loseAnswers();
            far.commit(List.of(begun), Written.EPOCHS);
            assertThat(far.failures()).isOne();
            checkAsIn(begun);
        }
    }

    /** The writer gave its connection up, as the server said that it does nothing. */
    @Test
    void aBatchThatReachesTheServerLateChangesNothing() {
        try (Relay relay = relay();
                Pools pools = pools(relay);
                JournalWriter far = far(pools)) {
            JournalEntry admitted = written.admission("late");
            JournalEntry begun = written.decide(admitted, new Command.Start(), 1);
            JournalEntry cancelled = written.decide(begun, new Command.Steer("c", new Control.Cancel(null)), 2);
            far.commit(List.of(admitted), Written.EPOCHS);
            relay.fallSilentForLong();
            far.commit(List.of(begun), Written.EPOCHS);
            far.commit(List.of(cancelled), Written.EPOCHS);
            assertThat(far.failures()).isOne();
            assertThat(relay.held()).isPositive();
            relay.deliver();
            Site.await("no session has anything to do", () -> SITE.number(FAR + " AND state <> 'idle'") == 0);
            checkAsIn(cancelled);
        }
    }

    private static Relay relay() {
        return Relay.to(
                URI.create(SITE.postgresUrl().substring("jdbc:".length())).getPort(), Integer.MAX_VALUE);
    }

    private static Pools pools(Relay relay) {
        String url = SITE.postgresUrl().replaceFirst("//[^/]*/", "//127.0.0.1:" + relay.port() + "/");
        return new Pools(
                new PostgresSettings(url, Servers.get().postgresUser(), null),
                "far",
                new SimpleMeterRegistry(),
                InstantSource.system());
    }

    /** As a worker's lane has it. */
    private static JournalWriter far(Pools pools) {
        return new JournalWriter(pools.writing("far", 1, JournalWriter.PLANNING), () -> false, (runId, what) -> {});
    }

    @Test
    void whatIsPublishedIsNeverTakenBack() {
        writer.rememberPublished(Map.of(Written.SHARD, written.start()), Written.EPOCHS);
        writer.rememberPublished(Map.of(Written.SHARD, written.start().minusSeconds(1)), Written.EPOCHS);
        assertThat(SITE.number(
                        "SELECT count(*) FROM postroad.shards WHERE published_at = ?::timestamptz",
                        written.start().toString()))
                .isOne();
    }

    /** Sends a batch that the server holds up until the writer has given up, sent it again, and sent what follows. */
    private void executeLate(List<JournalEntry> first, List<JournalEntry> later) throws SQLException {
        writer.nextRunNumber();
        try (Connection blocker = SITE.database().getConnection();
                Statement statement = blocker.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(42)");
            sql("INSERT INTO held SELECT pid FROM pg_stat_activity WHERE application_name = 'impatient'");
            writer.commit(first, Written.EPOCHS);
            assertThat(SITE.number(SESSIONS + " AND wait_event_type = 'Lock'"))
                    .as("held up")
                    .isOne();
            later.forEach(entry -> writer.commit(List.of(entry), Written.EPOCHS));
            statement.execute("SELECT pg_advisory_unlock(42)");
        }
        Site.await("the first statement is done", () -> SITE.number(SESSIONS) == 1);
    }

    private static void checkAsIn(JournalEntry last) {
        String runId = last.key().id();
        RunStatus status = last.run().status();
        assertThat(SITE.history().find(runId).orElseThrow().status()).isEqualTo(status);
        assertThat(SITE.history().events(runId, 1)).hasSize(last.run().seq());
        assertThat(SITE.number(
                        "SELECT count(*) FROM postroad.runs WHERE run_id = ? AND limited"
                                + " AND status IN ('running', 'waiting')",
                        runId))
                .as("places taken")
                .isEqualTo(status == RunStatus.RUNNING || status == RunStatus.WAITING ? 1 : 0);
        assertThat(SITE.history().waiting(WaitingFilter.ALL, null, 10).questions())
                .filteredOn(question -> question.runId().equals(runId))
                .as("open questions")
                .hasSize(
                        OpenQuestions.mayAsk(last.run())
                                ? last.run().interrupts().size()
                                : 0);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id = ? AND ended_at IS NOT NULL", runId))
                .isEqualTo(status.isEnded() ? 1 : 0);
    }

    private static Command answer(String task, AgentReply reply) {
        RetryPolicy once =
                new RetryPolicy(1, Duration.ofSeconds(1), 2, Duration.ofMinutes(1), 0, null, OnExhausted.FAIL);
        return new Command.Answer(task, 1, reply, once, 1234, 0);
    }

    /** Gives up a connection after a second, and leaves the server at it. */
    private static PGSimpleDataSource impatient() {
        var source = (PGSimpleDataSource) SITE.settings(Map.of()).postgres().toDataSource();
        source.setApplicationName("impatient");
        source.setSocketTimeout(1);
        return source;
    }

    private static void sql(String statement) {
        SITE.sql().useHandle(handle -> handle.execute(statement));
    }
}
