package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.testing.Site;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Statements that Postgres does not carry out: a trigger of the test's own raises what is asked for. */
@NullMarked
@Timeout(300)
class FailingStatementTest {
    private static final Site SITE = Site.open(1);
    private static final int RUNS = 20;

    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final JournalWriter writer =
            new JournalWriter(hasty(), () -> false, this::told, new JournalConnection.Pauses(20, 50));
    private final Written written = new Written(writer);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeAll
    static void letRowsFail() {
        sql("CREATE TABLE fails (run bigint, state text)");
        sql("""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                found text;
            BEGIN
                SELECT state INTO found FROM fails WHERE run IS NULL OR run = NEW.run LIMIT 1;
                IF found IS NOT NULL THEN RAISE EXCEPTION 'as the test asks for' USING ERRCODE = found; END IF;
                RETURN NEW;
            END $$\
            """);
        sql("CREATE TRIGGER fail BEFORE INSERT ON postroad.journal FOR EACH ROW EXECUTE FUNCTION fail()");
    }

    @BeforeEach
    void ownTheShard() {
        sql("TRUNCATE fails, postroad.runs, postroad.journal, postroad.shards");
        sql("INSERT INTO postroad.shards VALUES (1, 5, 'me', now() - interval '1 hour')");
    }

    @AfterEach
    void close() {
        sql("TRUNCATE fails");
        writer.close();
        threads.close();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"XX000", "57014", "53200", "P0001", "54001", "40001", "42501", "53400", "55000", "57P02"})
    void aRunWhoseRowsAloneFailIsPutAsideAndTheOthersGoOn(String state) {
        List<JournalEntry> entries = admissions();
        long odd = entries.get(7).key().number();
        fail(odd, state);
        CommitResult result = writer.commit(entries, Written.EPOCHS);
        assertThat(result.unwritable()).containsExactly(odd);
        assertThat(result.admittedRuns()).hasSize(RUNS - 1).doesNotContain(odd);
        assertThat(result.ownedShards()).containsExactly(Written.SHARD);
        assertThat(troubles)
                .singleElement()
                .asString()
                .startsWith("run-7: Postgres ")
                .contains(state, "as the test asks for");
        assertThat(writer.trouble()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "53100, the disk of Postgres is full",
        "42501, lacks a privilege",
        "42703, the schema does not fit this release; run: postroad migrate",
        "25006, Postgres is read-only",
        "53300, Postgres takes no more connections",
        "57P01, Postgres ended the session",
        "40P01, Postgres is in the way of itself",
        "XX000, Postgres has a fault of its own",
        "57014, Postgres gave the statement up",
    })
    void whatFailsForAllIsNobodysFault(String state, String told) throws Exception {
        List<JournalEntry> entries = admissions();
        fail(null, state);
        Future<CommitResult> batch = threads.submit(() -> writer.commit(entries, Written.EPOCHS));
        Site.await("it is told", () -> String.valueOf(writer.trouble()).contains(told));
        awaitTries(10);
        assertThat(batch.isDone()).isFalse();
        sql("TRUNCATE fails");
        CommitResult result = batch.get(Site.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.admittedRuns()).hasSize(RUNS);
        assertThat(result.unwritable()).isEmpty();
        assertThat(troubles).isEmpty();
        assertThat(writer.trouble()).isNull();
        assertThat(SITE.number("SELECT count(DISTINCT run) FROM postroad.journal"))
                .isEqualTo(RUNS);
    }

    /** As when workers of this release come before their migration. */
    @Test
    void aBatchThatTheSchemaHasNoTypeForWaitsForTheMigration() throws Exception {
        List<JournalEntry> entries = admissions();
        sql("ALTER TYPE postroad.journal_row RENAME TO to_come");
        Future<CommitResult> batch = threads.submit(() -> writer.commit(entries, Written.EPOCHS));
        Site.await(
                "it is told", () -> String.valueOf(writer.trouble()).contains("the schema does not fit this release"));
        awaitTries(20);
        assertThat(batch.isDone()).isFalse();
        sql("ALTER TYPE postroad.to_come RENAME TO journal_row");
        assertThat(batch.get(Site.LIMIT.toSeconds(), TimeUnit.SECONDS).admittedRuns())
                .hasSize(RUNS);
        assertThat(troubles).isEmpty();
    }

    private void awaitTries(int more) {
        long failed = writer.failures();
        Site.await("it is tried again", () -> writer.failures() > failed + more);
    }

    /** Nothing more of it is, or its journal would go on from where it never was; those of the others must come in all the same, once. */
    @Test
    void aRunThatHasAnotherRowThereAlreadyIsNotWrittenAndAllOthersAre() {
        JournalEntry there = written.admission("there");
        writer.commit(List.of(there), Written.EPOCHS);
        JournalEntry begun = written.decide(there, new Command.Start(), 1);
        sql("INSERT INTO postroad.journal (run, seq, type, superstep, version, at, progress, data) VALUES ("
                + there.key().number() + ", " + begun.run().seq() + ", 'run.started', 0, 0, now(), 0, '{}')");
        List<JournalEntry> entries = new ArrayList<>(admissions());
        entries.add(7, begun);
        CommitResult result = writer.commit(entries, Written.EPOCHS);
        assertThat(result.unwritable()).isEmpty();
        assertThat(result.admittedRuns()).hasSize(RUNS);
        assertThat(result.outdated()).containsExactly(there.key().number());
        assertThat(SITE.number("SELECT count(*) FROM postroad.journal"))
                .isEqualTo(there.run().seq() + 1 + RUNS);
        assertThat(writer.failures()).isZero();
        assertThat(troubles).isEmpty();
    }

    /** As when somebody looks at one run in a transaction, and goes for lunch. */
    @Test
    void aRunThatSomebodyLocksHoldsUpNobodyElseForLong() throws SQLException {
        try (Connection blocker = SITE.database().getConnection();
                Statement statement = blocker.createStatement()) {
            List<JournalEntry> entries = admissions();
            blocker.setAutoCommit(false);
            statement.execute(
                    "INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at)"
                            + " VALUES ('run-3', 3, 'pair', 1, 'queued', 0, '{}', now())");
            CommitResult result = writer.commit(entries, Written.EPOCHS);
            assertThat(result.unwritable()).containsExactly(entries.get(3).key().number());
            assertThat(result.admittedRuns()).hasSize(RUNS - 1);
            assertThat(troubles)
                    .singleElement()
                    .asString()
                    .contains("run-3", "Postgres gave the statement up", "statement timeout");
            blocker.rollback();
            blocker.setAutoCommit(true);
        }
    }

    /** What the first sending wrote, the parts find written. */
    @Test
    void aBatchThatIsTakenApartAfterItWasCarriedOutIsToldAsAdmitted() {
        List<JournalEntry> entries = admissions();
        writer.commit(entries, Written.EPOCHS);
        BatchParts parts = BatchParts.of(entries);
        assertThat(parts.all().stream().mapToInt(List::size).sum()).isEqualTo(RUNS);
        assertThat(parts.all()).hasSizeBetween(2, 8);
        long odd = entries.get(11).key().number();
        List<JournalEntry> again = new ArrayList<>(entries);
        again.add(written.admission("one-more"));
        fail(again.getLast().key().number(), "XX000");
        CommitResult result = writer.commit(again, Written.EPOCHS);
        assertThat(result.admittedRuns()).hasSize(RUNS).contains(odd);
        assertThat(result.unwritable()).containsExactly(again.getLast().key().number());
    }

    private List<JournalEntry> admissions() {
        List<JournalEntry> entries = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            entries.add(written.admission("run-" + i));
        }
        return entries;
    }

    private void told(String runId, String what) {
        troubles.add(runId + ": " + what);
    }

    private static void fail(@Nullable Long run, String state) {
        SITE.sql().useHandle(handle -> handle.execute("INSERT INTO fails VALUES (?, ?)", run, state));
    }

    /** With a limit of time that a batch of the test keeps to, and no lock does. */
    private static PGSimpleDataSource hasty() {
        var source = (PGSimpleDataSource) SITE.settings(Map.of()).postgres().toDataSource();
        source.setOptions("-c statement_timeout=2s");
        return source;
    }

    private static void sql(String statement) {
        SITE.sql().useHandle(handle -> handle.execute(statement));
    }
}
