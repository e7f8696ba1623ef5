package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.embedded.EmbeddedPostgres;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.KeyExpression;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.journal.TurnGiver.Room;
import dev.postroad.runtime.run.queue.FairRanks;
import dev.postroad.runtime.run.queue.TurnsOfKeys;
import dev.postroad.runtime.testing.Site;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns of graphs that limit their runs, on a real Postgres. */
@NullMarked
class QueuedRunsTest {
    private static final Site SITE = Site.open();

    private final QueuedRuns queued = new QueuedRuns(SITE.database());
    private final TurnGiver giver = new TurnGiver(SITE.database(), 1);

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void empty() {
        SITE.sql()
                .useHandle(
                        handle -> handle.execute(
                                "TRUNCATE postroad.runs, postroad.limits, postroad.turns, postroad.turn_givers, postroad.shards"));
    }

    @Test
    void turnsAreGivenByRankToRunsThatWereToBeginLaterAndToOthersAlike() throws SQLException {
        run("third", "now() - interval '1 minute'", null);
        run("first", "now() - interval '3 minutes'", null);
        run("second", "now() - interval '2 minutes'", "now() - interval '2 minutes'");
        run("fourth", "now()", "now()");
        run("early", "now() - interval '30 minutes'", "now() + interval '1 hour'");
        run("far", "now() + interval '1 day'", "now() + interval '1 day'");
        giver.give("g", version -> atMost(2), Room.NONE);
        assertThat(withTurn()).containsExactly("first", "second");
        giver.give("g", version -> atMost(3), Room.NONE);
        assertThat(withTurn()).containsExactly("first", "second", "third");
        giver.give("g", version -> atMost(10), Room.NONE);
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
        giver.give("g", version -> atMost(1), Room.NONE);
        assertThat(queued.wanted(Set.of("g", "h"))).isEmpty();
        run("undelayed", "now()", null);
        assertThat(queued.wanted(Set.of("g", "h"))).containsExactly("g");
    }

    @Test
    void oneKeyThatIsFullKeepsNoOtherWaitingHoweverManyOfItWait() throws SQLException, ExpressionException {
        QueueRules oneOfAKey = new QueueRules(
                List.of(new QueueRules.Concurrency(KeyExpression.compile("input.tenant"), 1)), List.of(), null);
        many();
        other(8);
        giver.give("g", version -> oneOfAKey, Room.NONE);
        assertThat(withTurn()).containsExactlyInAnyOrder("many-1", "other");
    }

    /** Of line 7. */
    private static void many() {
        SITE.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at, limited,
                                           rank, limit_keys, line)
                SELECT 'many-' || n, 0, 'g', 1, 'queued', 0, '{}', now(), true,
                       now() - interval '1 hour' + n * interval '1 microsecond', '["many"]', 7
                FROM generate_series(1, 1500) AS n"""));
    }

    private static void other(long line) {
        run("other", "now()", null);
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET limit_keys = '[\"other\"]', line = ? WHERE run_id = 'other'", line));
    }

    @Test
    void aVersionThatIsPausedKeepsNoRunOfAnotherWaiting() throws SQLException {
        many();
        run("other", "now()", null);
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("UPDATE postroad.runs SET version = 2, line = 7 WHERE run_id = 'other'"));
        giver.give("g", version -> atMost(version == 1 ? 0 : 5), Room.NONE);
        assertThat(withTurn()).containsExactly("other");
    }

    @Test
    void keysWhoseRunsAllBeginLaterKeepNoOtherWaitingHoweverManyThereAre() throws SQLException, ExpressionException {
        QueueRules oneOfAKey = new QueueRules(
                List.of(new QueueRules.Concurrency(KeyExpression.compile("input.tenant"), 1)), List.of(), null);
        many();
        SITE.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at, limited,
                                           rank, wake_at, limit_keys, line)
                SELECT 'later-' || n, 0, 'g', 1, 'queued', 0, '{}', now(), true, now() + interval '1 day',
                       now() + interval '1 day', json_build_array('later-' || n), 100 + n
                FROM generate_series(1, 600) AS n"""));
        other(1_000);
        giver.give("g", version -> oneOfAKey, Room.NONE);
        giver.give("g", version -> oneOfAKey, Room.NONE);
        assertThat(withTurn()).containsExactlyInAnyOrder("many-1", "other");
    }

    @Test
    void aRateLetsNoMoreRunsBeginWhicheverWorkerGivesTheTurns() throws SQLException {
        QueueRules twoAnHour =
                new QueueRules(List.of(), List.of(new QueueRules.Rate(null, 2, Duration.ofHours(1))), null);
        for (String run : List.of("1st", "2nd", "3rd")) {
            run(run, "now() - interval '3 minutes'", null);
            new TurnGiver(SITE.database(), 1).give("g", version -> twoAnHour, Room.NONE);
        }
        assertThat(withTurn()).containsExactly("1st", "2nd");
    }

    /** Postgres has no index for a text of any length, and a graph that cannot be looked at would stop those behind it. */
    @Test
    void aRateCountsByAnExpressionOfAnyLength() throws SQLException, ExpressionException {
        SplittableRandom random = new SplittableRandom(7);
        StringBuilder known = new StringBuilder();
        while (known.length() < 9_000) {
            known.append(Long.toHexString(random.nextLong()));
        }
        KeyExpression key = KeyExpression.compile("'" + known + "'.contains(input.tenant) ? 'known' : input.tenant");
        QueueRules oneAnHour =
                new QueueRules(List.of(), List.of(new QueueRules.Rate(key, 1, Duration.ofHours(1))), null);
        for (String run : List.of("1st", "2nd")) {
            run(run, "now() - interval '3 minutes'", null);
            new TurnGiver(SITE.database(), 1).give("g", version -> oneAnHour, Room.NONE);
        }
        assertThat(withTurn()).containsExactly("1st");
    }

    @Test
    void aTurnOfARunThatBeginsHereAtOnceCountsForAllUntilItsShardHasAnotherOwner() throws SQLException {
        TurnGiver another = new TurnGiver(SITE.database(), 2);
        Room room = new Room(Map.of(0, 7L), 2);
        ownedUnder(7);
        for (String run : List.of("1st", "2nd", "3rd", "4th")) {
            run(run, "now() - interval '1 minute'", null);
        }
        assertThat(giver.give("g", version -> atMost(3), room))
                .extracting(QueuedRun::runId)
                .as("there is room for two")
                .containsExactly("1st", "2nd");
        List<QueuedRun> inHand = giver.stillInHand(Set.of());
        assertThat(inHand).extracting(QueuedRun::runId).containsExactly("1st", "2nd");
        assertThat(giver.stillInHand(Set.of(inHand.getFirst().number())))
                .extracting(QueuedRun::runId)
                .containsExactly("2nd");
        assertThat(withTurn()).isEmpty();
        assertThat(another.give("g", version -> atMost(2), Room.NONE)).isEmpty();
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET status = 'running', status_seq = 2 WHERE run_id = '1st'"));
        assertThat(another.give("g", version -> atMost(2), Room.NONE)).isEmpty();
        assertThat(stillInHand(giver)).containsExactly("2nd");
        ownedUnder(8);
        assertThat(another.give("g", version -> atMost(2), Room.NONE))
                .as("the worker that had it is another's now, or dead")
                .extracting(QueuedRun::runId)
                .containsExactly("2nd");
        assertThat(stillInHand(giver)).isEmpty();
    }

    @Test
    void aRunThatHasEndedGivesItsPlaceToTheNext() throws SQLException {
        threeInShardOfThisWorker();
        assertThat(give(giver, 2)).containsExactly("1st", "2nd");
        set("1st", "running");
        giver.began("g", number("1st"));
        assertThat(give(giver, 2)).isEmpty();
        set("1st", "completed");
        giver.left("g", number("1st"));
        assertThat(give(giver, 2)).containsExactly("3rd");
    }

    @Test
    void aRunUnderWayThatMovesToAVersionWithoutALimitGivesItsPlaceToTheNextAndCountsAgainOnceItIsBack()
            throws SQLException {
        TurnGiver knowing = knowing(10);
        threeInShardOfThisWorker();
        assertThat(give(knowing, 1)).containsExactly("1st");
        set("1st", "running");
        knowing.began("g", number("1st"));
        assertThat(give(knowing, 1)).isEmpty();
        moves(knowing, "1st", 2);
        assertThat(give(knowing, 1)).containsExactly("2nd");
        moves(knowing, "1st", 1);
        assertThat(give(knowing, 2)).isEmpty();
    }

    private static void moves(TurnGiver giver, String runId, int version) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET version = ?, limited = ? WHERE run_id = ?",
                        version,
                        version == 1,
                        runId));
        giver.migrated("g");
        giver.began("g", number(runId));
    }

    @Test
    void aTurnThatAnotherWorkerGaveMeanwhileCounts() throws SQLException {
        threeInShardOfThisWorker();
        assertThat(give(giver, 1)).containsExactly("1st");
        assertThat(new TurnGiver(SITE.database(), 2).give("g", version -> atMost(2), Room.NONE))
                .extracting(QueuedRun::runId)
                .containsExactly("2nd");
        assertThat(give(giver, 2)).isEmpty();
        assertThat(give(giver, 3)).containsExactly("3rd");
    }

    @Test
    void aRunThatGoesOnWithoutATurnCounts() throws SQLException {
        threeInShardOfThisWorker();
        set("3rd", "paused");
        assertThat(give(giver, 1)).containsExactly("1st");
        set("3rd", "running");
        giver.began("g", number("3rd"));
        assertThat(give(giver, 2)).isEmpty();
    }

    @Test
    void whatRunsInAShardThatWentAwayMeanwhileCounts() throws SQLException {
        threeInShardOfThisWorker();
        assertThat(give(giver, 1)).containsExactly("1st");
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (1, 1, 'v', now())"));
        set("2nd", "running");
        assertThat(give(giver, 2)).isEmpty();
    }

    @Test
    void whoeverIsKnownToWaitIsNotReadAgainAndTakesNoPlaceOnceCancelled() throws SQLException {
        TurnGiver knowing = knowing(10);
        threeInShardOfThisWorker();
        assertThat(give(knowing, 1)).containsExactly("1st");
        run("untold", "now() - interval '1 hour'", null);
        set("2nd", "cancelled");
        knowing.left("g", number("2nd"));
        assertThat(give(knowing, 2)).containsExactly("3rd");
    }

    /** It reads none that it knows, however long the machine stands still. */
    private static TurnGiver knowing(int most) {
        return new TurnGiver(
                SITE.database(), 1, new WaitingRuns(most, Duration.ofHours(1)), new TakenPlaces(Duration.ofHours(1)));
    }

    @Test
    void aRunWhoseTimeHasComeGoesAheadOfThoseThatAreKnownToWait() throws SQLException {
        threeInShardOfThisWorker();
        run("later", "now() - interval '1 hour'", "now() + interval '1 hour'");
        assertThat(give(giver, 1)).containsExactly("1st");
        SITE.sql()
                .useHandle(handle -> handle.execute("UPDATE postroad.runs SET wake_at = now() WHERE run_id = 'later'"));
        assertThat(give(giver, 2)).containsExactly("later");
    }

    /** The key of those that are known is full, so that those behind them are looked for each time, wherever they stand. */
    @Test
    void nobodyIsForgottenBehindThoseThatAreKnown() throws SQLException, ExpressionException {
        QueueRules oneOfAKey = new QueueRules(
                List.of(new QueueRules.Concurrency(KeyExpression.compile("input.tenant"), 1)), List.of(), null);
        TurnGiver forgetful = knowing(10);
        Room room = new Room(Map.of(0, 7L), 10);
        ownedUnder(7);
        many();
        assertThat(forgetful.give("g", version -> oneOfAKey, room))
                .extracting(QueuedRun::runId)
                .containsExactly("many-1");
        assertThat(forgetful.give("g", version -> oneOfAKey, room)).isEmpty();
        other(8);
        assertThat(forgetful.give("g", version -> oneOfAKey, room))
                .extracting(QueuedRun::runId)
                .containsExactly("other");
        set("many-1", "completed");
        forgetful.left("g", number("many-1"));
        assertThat(forgetful.give("g", version -> oneOfAKey, room))
                .extracting(QueuedRun::runId)
                .containsExactly("many-2");
    }

    @Test
    void aTurnThatWasLostWithoutAWordIsGivenAgain() throws SQLException {
        threeInShardOfThisWorker();
        assertThat(give(giver, 1)).containsExactly("1st");
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.runs SET status_seq = 5 WHERE run_id = '1st'"));
        assertThat(give(giver, 2)).containsExactly("2nd");
        assertThat(stillInHand(giver)).containsExactly("2nd");
        giver.left("g", number("1st"));
        assertThat(give(giver, 2)).containsExactly("1st");
    }

    private static void threeInShardOfThisWorker() {
        ownedUnder(7);
        for (String run : List.of("1st", "2nd", "3rd")) {
            run(run, "now() - interval '1 minute'", null);
        }
    }

    private static List<String> give(TurnGiver giver, int most) throws SQLException {
        return giver.give("g", version -> atMost(most), new Room(Map.of(0, 7L), 10)).stream()
                .map(QueuedRun::runId)
                .toList();
    }

    private static void set(String runId, String status) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET status = ?, status_seq = status_seq + 1 WHERE run_id = ?",
                        status,
                        runId));
    }

    private static long number(String runId) {
        return SITE.sql()
                .withHandle(handle -> handle.select("SELECT id FROM postroad.runs WHERE run_id = ?", runId)
                        .mapTo(Long.class)
                        .one());
    }

    /**
     * Two workers over two shards: each tells what its runs do, or dies; turns stand while their shard is under its epoch.
     * Whoever waits for a turn gets it in the end.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void limitIsNeverExceededWhateverWorkersDo(long seed) throws SQLException {
        try (var fleet = new FleetOfTwo(SITE, new SplittableRandom(seed))) {
            for (int step = 0; step < 300; step++) {
                fleet.step();
                assertThat(fleet.taken()).as("seed %d, step %d", seed, step).isLessThanOrEqualTo(FleetOfTwo.LIMIT);
                assertThat(fleet.takenOfATenant()).isLessThanOrEqualTo(FleetOfTwo.LIMIT_OF_A_TENANT);
            }
            assertThat(fleet.begun()).isGreaterThan(5);
            for (int round = 0; round < 300 && fleet.queued() > 0; round++) {
                fleet.goOn();
            }
            assertThat(fleet.queued()).isZero();
            assertThat(fleet.compared()).isPositive();
        }
    }

    @Test
    void aRunThatIsQueuedAnewWaitsForAnotherTurn() throws SQLException {
        ownedUnder(7);
        run("retried", "now() - interval '1 minute'", null);
        assertThat(giver.give("g", version -> atMost(1), new Room(Map.of(0, 7L), 2)))
                .hasSize(1);
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.runs SET status_seq = 5"));
        assertThat(stillInHand(giver)).isEmpty();
        assertThat(new TurnGiver(SITE.database(), 2).give("g", version -> atMost(1), Room.NONE))
                .hasSize(1);
    }

    /** As Postgres knows the queue for as long as nothing has counted it anew. */
    @Test
    void manyTurnsInHandAreNotComparedWithAllWhoWaitThoughTheQueueWasEmptyWhenItWasCounted() throws SQLException {
        SITE.sql().useHandle(handle -> handle.execute("ANALYZE postroad.runs, postroad.turns"));
        ownedUnder(7);
        SITE.sql()
                .useHandle(handle -> handle.execute("INSERT INTO postroad.shards (shard, epoch, owner, published_at)"
                        + " SELECT shard, 7, 'w', now() FROM generate_series(1, 11) AS shard"));
        many();
        Room room = new Room(Map.of(0, 7L), 500);
        assertThat(giver.give("g", version -> atMost(500), room)).hasSize(500);
        assertThat(comparedInVain(WrittenTurns.TAKEN, "{0}", "g", "g", 1L, "g")).isLessThan(500);
        Object[] held = SITE.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT runs::text, seqs::text, epochs::text FROM postroad.turns")
                        .map((row, context) -> new Object[] {row.getString(1), row.getString(2), row.getString(3)})
                        .one());
        assertThat(comparedInVain(TurnsInHand.STILL, held)).isLessThan(500);
    }

    /** Postgres knows that many are queued, all over the table: 7,000 rows are read in three rounds, each of some twice. */
    @Test
    void whatIsReadOfAQueueDoesNotGrowWithTheRunsThatHaveEnded() throws SQLException {
        ownedUnder(7);
        try (HikariDataSource one = new HikariDataSource()) {
            one.setJdbcUrl(SITE.postgresUrl());
            one.setUsername(EmbeddedPostgres.USER);
            one.setMaximumPoolSize(1);
            endOtherSessions(Jdbi.create(one));
            Jdbi.create(one).useHandle(handle -> handle.execute("""
                    INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at, limited, rank)
                    SELECT md5(n::text), 0, CASE WHEN n % 26 IN (0, 1, 13) THEN 'g' ELSE 'h' END, 1,
                           CASE WHEN n % 13 = 0 THEN 'queued' ELSE 'completed' END, 0, '{}',
                           now() - n * 7919 % 20000 * interval '1 second', true,
                           now() - n * 7919 % 20000 * interval '1 second'
                    FROM generate_series(1, 20000) AS n"""));
            Jdbi.create(one).useHandle(handle -> handle.execute("ANALYZE postroad.runs"));
            long before = rowsRead(one);
            TurnGiver here = new TurnGiver(one, 1);
            QueuedRuns queue = new QueuedRuns(one);
            assertThat(queue.wanted(Set.of("g"))).containsExactly("g");
            for (int most = 100; most <= 300; most += 100) {
                int atMost = most;
                assertThat(here.give("g", version -> atMost(atMost), new Room(Map.of(0, 7L), 500)))
                        .hasSize(100);
                here.give("g", version -> atMost(atMost), Room.NONE);
            }
            assertThat(here.stillInHand(Set.of())).hasSize(300);
            assertThat(queue.withTurn(Map.of(0, 7L))).isEmpty();
            assertThat(rowsRead(one) - before).isLessThan(9_000);
        }
    }

    /** Sessions tell what they read some seconds later, or when they end. */
    private static void endOtherSessions(Jdbi one) throws SQLException {
        SITE.database().unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
        Site.await(
                "other sessions to end",
                () -> one.withHandle(
                        handle -> handle.select("""
                        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                            AND backend_type = 'client backend' AND pid <> pg_backend_pid()""").mapTo(Long.class).one().equals(0L)));
    }

    /** How many rows of runs were read until now, by those who have told of it, as this connection does at once. */
    private static long rowsRead(DataSource one) {
        Jdbi sql = Jdbi.create(one);
        sql.useHandle(handle -> handle.execute("SELECT pg_stat_force_next_flush()"));
        return sql.withHandle(handle -> handle.select(
                        "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relid = 'postroad.runs'::regclass")
                .mapTo(Long.class)
                .one());
    }

    /** How many pairs of rows a statement joined and then left out. */
    private static long comparedInVain(String sql, Object... arguments) {
        JsonNode plan = json(SITE.sql()
                .withHandle(handle -> handle.select("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, arguments)
                        .mapTo(String.class)
                        .one()));
        return plan.findValues("Rows Removed by Join Filter").stream()
                .mapToLong(JsonNode::asLong)
                .sum();
    }

    private static JsonNode json(String text) {
        try {
            return Json.readOwn(text);
        } catch (FaultsException faults) {
            throw new AssertionError(text, faults);
        }
    }

    private static void ownedUnder(long epoch) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (0, ?, 'w', now())"
                                + " ON CONFLICT (shard) DO UPDATE SET epoch = EXCLUDED.epoch",
                        epoch));
    }

    private static List<String> stillInHand(TurnGiver giver) throws SQLException {
        return giver.stillInHand(Set.of()).stream().map(QueuedRun::runId).toList();
    }

    @Test
    void keysThatWaitAreFoundWithTheirFirstAndLast() throws SQLException {
        for (String rank : List.of("2026-01-01 10:00Z", "2026-01-01 12:00Z", "2026-01-01 11:00Z")) {
            run("a " + rank, "'" + rank + "'", null);
        }
        run("b", "'2026-01-01 13:00Z'", null);
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("UPDATE postroad.runs SET limited = false, fair_key = left(run_id, 1)"));
        assertThat(queued.waitingKeys(List.of(0), 10))
                .containsExactly(
                        new QueuedRuns.WaitingKey(
                                "g",
                                0,
                                "a",
                                Instant.parse("2026-01-01T10:00:00Z"),
                                Instant.parse("2026-01-01T12:00:00Z")),
                        new QueuedRuns.WaitingKey(
                                "g",
                                0,
                                "b",
                                Instant.parse("2026-01-01T13:00:00Z"),
                                Instant.parse("2026-01-01T13:00:00Z")));
        assertThat(queued.waitingKeys(List.of(1), 10)).isEmpty();

        FairRanks fair = new FairRanks();
        new TurnsOfKeys(fair).shardComes(queued, 0);
        assertThat(fair.rank(new FairRanks.Line("g", 0), "c", 1, Instant.parse("2026-01-02T00:00:00Z")))
                .as("what comes once the shard is here takes turns with what waited there")
                .isEqualTo("2026-01-01T10:00:00Z");
    }

    @Test
    void aRunThatIsToBeginInAYearKeepsNoOtherOfItsKeyWaitingThatComesWhereItsShardGoes() throws SQLException {
        run("now", "now() - interval '1 minute'", null);
        run("due", "now() - interval '2 minutes'", "now() - interval '2 minutes'");
        run("soon", "now()", "now() + interval '1 hour'");
        run("in a year", "now() + interval '1 year'", "now() + interval '1 year'");
        run("in the last", "'9999-12-31T23:59:59Z'", "'9999-12-31T23:59:59Z'");
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.runs SET limited = false, fair_key = 'acme'"));
        Instant now = SITE.sql()
                .withHandle(handle ->
                        handle.select("SELECT now()").mapTo(Instant.class).one());
        assertThat(queued.waitingKeys(List.of(0), 10)).singleElement().satisfies(key -> {
            assertThat(key.first()).isBefore(now.minusSeconds(100));
            assertThat(key.last()).isBefore(now.minusSeconds(50)).isAfter(key.first());
        });
        FairRanks fair = new FairRanks();
        new TurnsOfKeys(fair).shardComes(queued, 0);
        assertThat(fair.rank(new FairRanks.Line("g", 0), "acme", 1, now)).isBefore(now);
    }

    @Test
    void aLineBeginsAnewOnceThoseWhoWaitedInItAreCancelled() throws SQLException {
        FairRanks.Line line = new FairRanks.Line("g", 0);
        FairRanks fair = new FairRanks();
        TurnsOfKeys turns = new TurnsOfKeys(fair);
        Instant before = Instant.parse("2026-01-01T00:00:00Z");
        Instant now = before.plus(Duration.ofHours(1));
        fair.began(line, fair.rank(line, "acme", 1, before));
        Instant waits = fair.rank(line, "acme", 1, before);
        run("waits", "'" + waits + "'", null);
        run("in a year", "now() + interval '1 year'", "now() + interval '1 year'");
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.runs SET limited = false, fair_key = 'acme'"));
        turns.tidy(queued, List.of(0), now);
        assertThat(fair.rank(line, "globex", 1, now))
                .as("it goes ahead of who waits")
                .isEqualTo(before);
        set("waits", "cancelled");
        turns.tidy(queued, List.of(0), now);
        turns.tidy(queued, List.of(0), now);
        assertThat(fair.rank(line, "initech", 1, now))
                .as("it does not go ahead of all other graphs for an hour that is over")
                .isEqualTo(now);
        turns.tidy(queued, List.of(0), now);
        assertThat(fair.rank(line, "initech", 1, now))
                .as("nor is that forgotten")
                .isAfter(now);
    }

    @Test
    void aLineIsKeptToWhichSomebodyCameWhoIsNotInPostgresYet() throws SQLException {
        FairRanks.Line line = new FairRanks.Line("g", 0);
        FairRanks fair = new FairRanks();
        TurnsOfKeys turns = new TurnsOfKeys(fair);
        Instant before = Instant.parse("2026-01-01T00:00:00Z");
        Instant now = before.plus(Duration.ofHours(1));
        fair.began(line, fair.rank(line, "acme", 1, before));
        fair.rank(line, "acme", 1, before);
        turns.tidy(queued, List.of(0), now);
        fair.takeIn(line, "globex", before, before);
        turns.tidy(queued, List.of(0), now);
        assertThat(fair.rank(line, "initech", 1, now)).isEqualTo(before);
    }

    private static QueueRules atMost(int runs) {
        return new QueueRules(List.of(new QueueRules.Concurrency(null, runs)), List.of(), null);
    }

    private List<String> withTurn() throws SQLException {
        return queued.withTurn(Map.of(0, 7L)).stream().map(QueuedRun::runId).toList();
    }

    private static void run(String runId, String rank, @Nullable String wakeAt) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at,"
                                + " limited, rank, wake_at) VALUES (?, 0, 'g', 1, 'queued', 0, '{}', now(),"
                                + " true, " + rank + ", "
                                + wakeAt + ")",
                        runId));
    }
}
