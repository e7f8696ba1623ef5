package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import dev.postroad.engine.run.Origin;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.ToolTask;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.journal.PublishedRow.Position;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.testing.BreakingDatabase;
import dev.postroad.runtime.testing.Site;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
class JournalWriterTest {
    private static final Site SITE = Site.open(1);
    private static final int MINE = 1;
    private static final int THEIRS = 2;
    private static final Map<Integer, Long> EPOCHS = Map.of(MINE, 5L, THEIRS, 5L);

    private static final String PAIR = """
        graph: pair
        state: { done: { reducer: append } }
        nodes:
          left: { agent: a }
          right: { agent: a }
        edges:
          - { from: START, to: [left, right] }
          - { from: [left, right], to: END }
        limits: { timeout: PT1H }
        """;

    private static final Graph GRAPH = Site.graph(PAIR);

    /** The version after it, which does the same. */
    private static final Graph NEXT = Site.graph(PAIR, 2);

    private static final Graph PAID = Site.graph("""
        graph: paid
        nodes: { pay: { agent: a } }
        edges: [{ from: START, to: pay }, { from: pay, to: END }]
        budget: { key: input.tenant, tokens: 100, per: P1D }
        """);

    private static final EventBody.BudgetExceeded TOLD = new EventBody.BudgetExceeded(
            "pair", "acme", "P1D", "cost", new BigDecimal("0.25"), BigDecimal.ONE, OnExceeded.WARN);

    private static final ToolTask CALLED = new ToolTask(
            new ToolCall("call-1", "painter", new ToolCall.OfAgent("painter"), Site.json("{'what': '“忙”'}")), null);
    private static final ToolTask REFUSED = new ToolTask(
            new ToolCall("call-2", "nobody", new ToolCall.Refused("tool.unknown", "there is none"), Site.json("{}")),
            null);

    private final Instant start = Instant.now().truncatedTo(ChronoUnit.MICROS);
    private final DataSource database = SITE.database();
    private final BreakingDatabase breaking = new BreakingDatabase(database);
    private final AtomicBoolean givingUp = new AtomicBoolean();
    private final List<String> troubles = new ArrayList<>();
    private final JournalWriter writer = new JournalWriter(breaking, givingUp::get, this::told);
    private final JournalReader reader = new JournalReader(database, new SetAsideRuns(SITE.sql(), "me", this::told));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void ownBothShards() {
        sql("TRUNCATE postroad.runs, postroad.journal, postroad.shards, postroad.pending_commands");
        sql("INSERT INTO postroad.shards SELECT s, 5, 'me', now() - interval '1 hour' FROM unnest(ARRAY[1, 2]) AS s");
    }

    @AfterEach
    void close() {
        writer.close();
        threads.close();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void aReminderMovesTheTimeAtWhichARunIsWoken() {
        JournalEntry admitted = admission("patient", MINE);
        JournalEntry begun = begin(admitted);
        Asking asking = new Asking(null, "ada", null, null, Duration.ofMinutes(2));
        RetryPolicy once =
                new RetryPolicy(1, Duration.ofSeconds(1), 2, Duration.ofMinutes(1), 0, null, OnExhausted.FAIL);
        JournalEntry left = decide(begun, answer("left@1", 1, AgentReply.completed(Site.json("{}")), once), 2);
        JournalEntry waiting =
                decide(left, answer("right@1", 1, new AgentReply.Interrupted(Site.json("'sure?'"), asking), once), 3);
        JournalEntry reminded = decide(waiting, new Command.WakeUp(), 124);
        writer.commit(List.of(admitted, begun, left, waiting), EPOCHS);
        writer.commit(List.of(reminded), EPOCHS);
        assertThat(reminded.run().wakeAt()).isEqualTo(start.plusSeconds(243));
        assertThat(SITE.number(
                        "SELECT count(*) FROM postroad.runs WHERE wake_at = ?::timestamptz",
                        start.plusSeconds(243).toString()))
                .isOne();
        assertThat(SITE.history().waiting(WaitingFilter.ALL, null, 10).questions())
                .singleElement()
                .satisfies(question -> assertThat(
                                question.question().path("reminders").asInt())
                        .isOne());
    }

    @Test
    void everyTypeOfEventIsReadBackAsItWasWritten() throws SQLException {
        History history = historyOfEveryType("whole");
        for (JournalEntry entry : history.entries()) {
            assertThat(writer.commit(List.of(entry), EPOCHS).ownedShards()).containsExactly(MINE);
            checkReadBack(entry);
        }
        List<Event> events = history.entries().stream()
                .flatMap(entry -> entry.rows().stream())
                .map(JournalRow::event)
                .toList();
        assertThat(events)
                .extracting(event -> event.body().type())
                .containsAll(EnumSet.complementOf(EnumSet.of(
                        EventType.TRIGGER_DUPLICATE,
                        EventType.TRIGGER_REJECTED,
                        EventType.TRIGGER_SUPERSEDED,
                        EventType.UNKNOWN)));

        List<PublishedRow> page =
                reader.page(MINE, Position.startOf(Instant.EPOCH), start.plus(Duration.ofDays(1)), 1_000);
        assertThat(page)
                .extracting(row -> row.columns().typeName())
                .isEqualTo(events.stream().map(Event::typeName).toList());
        assertThat(IntStream.range(0, page.size())
                        .mapToObj(i ->
                                Event.of(page.get(i).columns(), events.get(i).body())))
                .isEqualTo(events);
        assertThat(page)
                .extracting(row -> new String(row.data(), StandardCharsets.UTF_8))
                .isEqualTo(history.entries().stream()
                        .flatMap(entry -> entry.rows().stream())
                        .map(JournalWriterTest::text)
                        .toList());
    }

    @Test
    void theColumnsAreThoseOfTheDatabase() {
        List<String> columns = JournalColumns.HANDED.stream()
                .map(column -> column.name() + " " + column.type())
                .toList();
        assertThat(columnsOf(JournalColumns.TYPE)).isEqualTo(columns);
        assertThat(columnsOf("postroad.journal")).isEqualTo(columns.subList(2, columns.size()));
    }

    private static List<String> columnsOf(String type) {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute"
                                        + " WHERE attrelid = cast(:type AS regclass) AND attnum > 0 AND NOT attisdropped"
                                        + " ORDER BY attnum")
                        .bind("type", type)
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void aBatchOfManyEntriesOfOneRunIsWrittenAsOne() throws SQLException {
        History history = historyOfEveryType("at-once");
        CommitResult result = writer.commit(history.entries(), EPOCHS);
        assertThat(result.admittedRuns()).containsExactly(history.number());
        checkReadBack(history.entries().getLast());
    }

    @Test
    void aRunAtRestIsFoundByTheAgentsThatItWaitsForUntilItGoesOn() throws SQLException {
        JournalEntry admitted = admission("patient", MINE);
        JournalEntry begun = begin(admitted);
        JournalEntry one = decide(begun, unavailable("left@1", "writer"), 2);
        JournalEntry both = decide(one, unavailable("right@1", "painter"), 3);
        writer.commit(List.of(admitted, begun, one), EPOCHS);
        assertThat(waitingFor("writer")).as("it has a call under way").isEmpty();
        writer.commit(List.of(both), EPOCHS);
        assertThat(waitingFor("writer")).containsExactly("patient");
        assertThat(waitingFor("painter")).containsExactly("patient");
        assertThat(waitingFor("another")).isEmpty();
        assertThat(reader.waitingFor("writer", List.of(THEIRS), 0, 10)).isEmpty();
        assertThat(reader.waitingFor("writer", List.of(MINE), both.key().number(), 10))
                .as("after it")
                .isEmpty();

        writer.commit(List.of(decide(both, new Command.AgentAvailable("writer"), 4)), EPOCHS);
        assertThat(waitingFor("writer")).isEmpty();
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE waits_for IS NOT NULL"))
                .isZero();
    }

    private Command unavailable(String task, String agent) {
        return new Command.Unavailable(task, 1, agent, "it is switched off", start.plusSeconds(60), false);
    }

    private List<String> waitingFor(String agent) throws SQLException {
        return reader.waitingFor(agent, List.of(MINE, THEIRS), 0, 10).stream()
                .map(JournalReader.WaitingRun::runId)
                .toList();
    }

    private void checkReadBack(JournalEntry entry) throws SQLException {
        Readable stored = (Readable) reader.find(entry.key().id(), (name, version) -> version == 1 ? GRAPH : NEXT)
                .orElseThrow();
        assertThat(stored.key()).isEqualTo(entry.key());
        Run expected = entry.run();
        assertThat(stored.run())
                .returns(expected.seq(), Run::seq)
                .returns(expected.status(), Run::status)
                .returns(expected.state(), Run::state)
                .returns(expected.version(), Run::version)
                .returns(expected.progress(), Run::progress)
                .returns(expected.error(), Run::error)
                .returns(expected.queuedAt(), Run::queuedAt)
                .returns(expected.startedAt(), Run::startedAt)
                .returns(expected.lastAt(), Run::lastAt)
                .returns(expected.callsUnderWay(), Run::callsUnderWay)
                .returns(expected.admission(), Run::admission)
                .returns(expected.migrations(), Run::migrations)
                .returns(expected.graph().version(), run -> run.graph().version());
        assertThat(SITE.history().find(entry.key().id()).orElseThrow().status()).isEqualTo(expected.status());
        List<String> unfinished = reader.unfinished(MINE, (name, version) -> version == 1 ? GRAPH : NEXT).stream()
                .map(run -> run.key().id())
                .toList();
        assertThat(unfinished)
                .isEqualTo(
                        goesOnByItself(expected.status()) ? List.of(entry.key().id()) : List.of());
    }

    private static boolean goesOnByItself(RunStatus status) {
        return status == RunStatus.RUNNING;
    }

    @Test
    void aStaleEpochWritesNothingAndTellsSo() {
        JournalEntry entry = admission("stale", MINE);
        CommitResult result = writer.commit(List.of(entry), Map.of(MINE, 4L));
        assertThat(result.ownedShards()).isEmpty();
        assertThat(result.admittedRuns()).isEmpty();
        assertThat(rows()).isZero();
        assertThat(writer.commit(List.of(entry), Map.of(MINE, 6L)).ownedShards())
                .as("an epoch that is yet to come")
                .isEmpty();
        assertThat(writer.commit(List.of(entry), Map.of()).ownedShards())
                .as("no epoch at all")
                .isEmpty();
        assertThat(rows()).isZero();
    }

    @Test
    void ofAMixedBatchOnlyWhatIsOwnedIsWritten() {
        JournalEntry mine = admission("mine", MINE);
        JournalEntry theirs = admission("theirs", THEIRS);
        JournalEntry begunMine = begin(mine);
        JournalEntry begunTheirs = begin(theirs);
        raiseEpoch(THEIRS);
        CommitResult result = writer.commit(List.of(theirs, mine, begunTheirs, begunMine), EPOCHS);
        assertThat(result.ownedShards()).containsExactly(MINE);
        assertThat(result.admittedRuns()).containsExactly(mine.key().number());
        assertThat(rows()).isEqualTo(mine.rows().size() + begunMine.rows().size());
        assertThat(SITE.history().find("theirs")).isEmpty();
        assertThat(SITE.history().find("mine").orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void aZombieChangesNoStatus() {
        JournalEntry admitted = admission("held", THEIRS);
        JournalEntry begun = begin(admitted);
        writer.commit(List.of(admitted, begun), EPOCHS);
        raiseEpoch(THEIRS);
        JournalEntry cancelled = decide(begun, new Command.Steer("c", new Control.Cancel(null)), 9);
        assertThat(writer.commit(List.of(cancelled), EPOCHS).ownedShards()).isEmpty();
        assertThat(SITE.history().find("held").orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
        assertThat(rows()).isEqualTo(admitted.rows().size() + begun.rows().size());
    }

    @Test
    void aNewOwnerWaitsForTheBatchUnderWayAndThenReadsIt() throws Exception {
        try (Connection blocker = database.getConnection()) {
            holdUp("slow", blocker);
            JournalEntry entry = admission("slow", MINE);
            List<JournalEntry> entries = List.of(entry, begin(entry));
            Future<CommitResult> batch = threads.submit(() -> writer.commit(entries, EPOCHS));
            awaitWaitingForLocks(1);
            Future<?> claim = threads.submit(() -> raiseEpoch(MINE));
            awaitWaitingForLocks(2);
            assertThat(claim.isDone()).isFalse();

            blocker.rollback();
            assertThat(result(batch).admittedRuns()).containsExactly(entry.key().number());
            claim.get(Site.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(reader.unfinished(MINE, (name, version) -> version == 1 ? GRAPH : NEXT))
                    .extracting(run -> run.key().id())
                    .containsExactly("slow");
        }
    }

    @Test
    void aBatchThatComesWhileTheEpochIsBeingRaisedWritesNothing() throws Exception {
        try (Connection claim = database.getConnection();
                Statement statement = claim.createStatement()) {
            claim.setAutoCommit(false);
            statement.execute("UPDATE postroad.shards SET epoch = epoch + 1 WHERE shard = " + MINE);
            JournalEntry late = admission("late", MINE);
            JournalEntry other = admission("other", THEIRS);
            Future<CommitResult> batch = threads.submit(() -> writer.commit(List.of(late, other), EPOCHS));
            awaitWaitingForLocks(1);
            claim.commit();
            claim.setAutoCommit(true);
            assertThat(result(batch).ownedShards()).containsExactly(THEIRS);
            assertThat(SITE.history().find("late")).isEmpty();
            assertThat(SITE.history().find("other")).isPresent();
        }
    }

    @Test
    void aBatchThatIsSentTwiceIsWrittenOnce() {
        JournalEntry admitted = admission("twice", MINE);
        JournalEntry begun = begin(admitted);
        breakNextCommit();
        CommitResult result = writer.commit(List.of(admitted, begun), EPOCHS);
        assertThat(breaking.isIntact()).isTrue();
        assertThat(result.ownedShards()).containsExactly(MINE);
        assertThat(result.admittedRuns()).containsExactly(admitted.key().number());
        assertThat(rows()).isEqualTo(admitted.rows().size() + begun.rows().size());

        JournalEntry cancelled = decide(begun, new Command.Steer("c", new Control.Cancel(null)), 2);
        breaking.loseNextAnswer();
        assertThat(writer.commit(List.of(cancelled), EPOCHS).ownedShards()).containsExactly(MINE);
        assertThat(SITE.history().events("twice", 1)).hasSize(cancelled.run().seq());
        assertThat(SITE.history().find("twice").orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    void aBatchThatIsSentAgainAfterItsShardWentToAnotherIsLeftToThatOne() {
        JournalEntry admitted = admission("moved", MINE);
        writer.commit(List.of(admitted), EPOCHS);
        raiseEpoch(MINE);
        CommitResult again = writer.commit(List.of(admitted), EPOCHS);
        assertThat(again.ownedShards()).isEmpty();
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aRunIdThatIsTakenIsToldAndNothingOfItIsWritten() {
        JournalEntry first = admission("taken", MINE);
        writer.commit(List.of(first), EPOCHS);
        JournalEntry second = admission("taken", THEIRS);
        JournalEntry other = admission("free", MINE);
        CommitResult result = writer.commit(List.of(second, begin(second), other), EPOCHS);
        assertThat(result.ownedShards()).containsExactlyInAnyOrder(MINE, THEIRS);
        assertThat(result.admittedRuns()).containsExactly(other.key().number());
        assertThat(rows()).isEqualTo(first.rows().size() + other.rows().size());
    }

    @Test
    void aRunIdThatIsTakenIsToldAlsoWhereTheAnswerWasLost() {
        JournalEntry first = admission("taken", MINE);
        writer.commit(List.of(first), EPOCHS);
        JournalEntry second = admission("taken", MINE);
        JournalEntry other = admission("free", MINE);
        breakNextCommit();
        CommitResult result = writer.commit(List.of(second, other), EPOCHS);
        assertThat(result.admittedRuns()).containsExactly(other.key().number());
        assertThat(rows()).isEqualTo(first.rows().size() + other.rows().size());
    }

    @Test
    void commandsThatCameBeforeTheirRunAreHandedOverWithItsAdmission() {
        keepCommand("early", "c1");
        keepCommand("another", "c2");
        CommitResult result = writer.commit(List.of(admission("early", MINE)), EPOCHS);
        assertThat(result.pendingCommands()).containsOnlyKeys("early");
        assertThat(result.pendingCommands().get("early"))
                .extracting(PendingCommand::commandId)
                .containsExactly("c1");
    }

    @Test
    void commandsThatCameBeforeTheirRunAreHandedOverAlsoWhereTheAnswerWasLost() {
        keepCommand("early", "c1");
        JournalEntry entry = admission("early", MINE);
        breakNextCommit();
        CommitResult result = writer.commit(List.of(entry), EPOCHS);
        assertThat(result.pendingCommands()).containsOnlyKeys("early");
    }

    private void told(String runId, String what) {
        troubles.add(runId + ": " + what);
    }

    private static void keepCommand(String runId, String commandId) {
        new PendingCommands(SITE.sql()).keep(List.of(new PendingCommand(runId, commandId, "{\"type\":\"cancel\"}")));
    }

    @Test
    void rowsThatPostgresRefusesPutOnlyTheirRunAside() {
        List<JournalEntry> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add(admission("sound-" + i, MINE));
        }
        JournalEntry odd = admission("odd", MINE);
        entries.add(7, withData(odd, "{\"input\":"));
        entries.add(14, begin(odd));
        CommitResult result = writer.commit(entries, EPOCHS);
        assertThat(result.unwritable()).containsExactly(odd.key().number());
        assertThat(troubles)
                .singleElement()
                .asString()
                .startsWith("odd: Postgres refuses the rows of this run, which is put aside: ")
                .contains("invalid input syntax for type json");
        assertThat(result.ownedShards()).containsExactly(MINE);
        assertThat(result.admittedRuns()).hasSize(20).doesNotContain(odd.key().number());
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs")).isEqualTo(20);
        assertThat(SITE.history().find("odd")).isEmpty();
        assertThat(writer.trouble()).isNull();
    }

    @Test
    void aShardThatIsLostIsToldAlsoWhereAnotherRunIsRefused() {
        raiseEpoch(THEIRS);
        List<JournalEntry> entries = new ArrayList<>();
        entries.add(withData(admission("odd", THEIRS), "{"));
        entries.add(admission("lost", THEIRS));
        entries.add(withData(admission("odd-too", MINE), "{"));
        entries.add(admission("mine", MINE));
        CommitResult result = writer.commit(entries, EPOCHS);
        assertThat(result.ownedShards()).containsExactly(MINE);
        assertThat(result.admittedRuns()).hasSize(1);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aConnectionThatWasEndedIsReplacedUnnoticed() {
        writer.commit(List.of(admission("before", MINE)), EPOCHS);
        terminate("query LIKE 'WITH owned%' AND pid <> pg_backend_pid()");
        CommitResult result = writer.commit(List.of(admission("after", MINE)), EPOCHS);
        assertThat(result.admittedRuns()).hasSize(1);
        assertThat(SITE.history().find("after")).isPresent();
        assertThat(writer.trouble()).isNull();
    }

    @Test
    void aConnectionThatIsEndedWithinABatchIsReplacedUnnoticed() throws Exception {
        try (Connection blocker = database.getConnection()) {
            holdUp("slow", blocker);
            JournalEntry entry = admission("slow", MINE);
            Future<CommitResult> batch = threads.submit(() -> writer.commit(List.of(entry), EPOCHS));
            awaitWaitingForLocks(1);
            terminate("wait_event_type = 'Lock'");
            Site.await("the writer notices", () -> writer.trouble() != null);
            blocker.rollback();
            assertThat(result(batch).admittedRuns()).containsExactly(entry.key().number());
            assertThat(rows()).isEqualTo(1);
        }
    }

    @Test
    void aWorkerThatIsStoppedDoesNotWaitForADatabaseThatIsAway() {
        writer.nextRunNumber();
        givingUp.set(true);
        breaking.loseNextAnswer();
        JournalEntry entry = admission("unknown", MINE);
        assertThatThrownBy(() -> writer.commit(List.of(entry), EPOCHS)).isInstanceOf(JournalUnavailableException.class);
    }

    @Test
    void runNumbersAreNeverGivenTwice() {
        Set<Long> numbers = new HashSet<>();
        try (JournalWriter other = new JournalWriter(database, givingUp::get, this::told)) {
            for (int i = 0; i < 1_100; i++) {
                numbers.add(writer.nextRunNumber());
                numbers.add(other.nextRunNumber());
            }
        }
        assertThat(numbers).hasSize(2_200);
    }

    @Test
    void whatIsPublishedIsRememberedByTheOwnerAlone() {
        Instant mine = start.minusSeconds(5);
        writer.rememberPublished(Map.of(MINE, mine, THEIRS, mine), EPOCHS);
        raiseEpoch(THEIRS);
        writer.rememberPublished(Map.of(MINE, start, THEIRS, start), EPOCHS);
        assertThat(publishedAt(MINE)).isEqualTo(start);
        assertThat(publishedAt(THEIRS)).isEqualTo(mine);
    }

    private static Instant publishedAt(int shard) {
        return SITE.sql()
                .withHandle(handle -> handle.select("SELECT published_at FROM postroad.shards WHERE shard = ?", shard)
                        .mapTo(Instant.class)
                        .one());
    }

    @Test
    void whatAgentsSpentIsNeitherLostNorDoubledWhereTheAnswerOfACommitIsLostOrItIsSentAgain() {
        SITE.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.budgets"));
        Admission admission = new Admission(
                        (ObjectNode) Site.json("{}"), 0, null, Map.of(), new Origin("triggers", MINE, 78))
                .placed(new QueuePlace(null, null, "acme", List.of()));
        RunKey key = new RunKey(writer.nextRunNumber(), "paid", MINE, null);
        JournalEntry admitted = entry(key, Decider.admit("paid", PAID, admission, start), true);
        JournalEntry begun = decide(admitted, new Command.Start(), 1);
        AgentReply reply =
                new AgentReply.Completed(Site.json("{}"), new Usage(7, 9, null, new BigDecimal("0.25"), null));
        JournalEntry spent = decide(begun, new Command.Answer("pay@1", 1, reply, RetryPolicy.DEFAULT, 1, 0), 2);
        writer.commit(List.of(admitted, begun), EPOCHS);
        breaking.loseNextAnswer();
        writer.commit(List.of(spent), EPOCHS);
        writer.commit(List.of(spent), EPOCHS);
        assertThat(SITE.number("SELECT sum(tokens) FROM postroad.budgets WHERE graph = 'paid' AND key = 'acme'"))
                .isEqualTo(16);
        assertThat(SITE.number("SELECT count(*) FROM postroad.budgets WHERE cost = 0.25"))
                .isEqualTo(1);
        assertThat(SITE.number("SELECT tokens FROM postroad.runs WHERE run_id = 'paid' AND cost = 0.25"))
                .isEqualTo(16);
        raiseEpoch(MINE);
        writer.commit(
                List.of(decide(begun, new Command.Answer("pay@1", 1, reply, RetryPolicy.DEFAULT, 1, 0), 3)), EPOCHS);
        assertThat(SITE.number("SELECT sum(tokens) FROM postroad.budgets"))
                .as("nothing counts that another owner's epoch fences")
                .isEqualTo(16);
    }

    /** One run through everything that can happen to it, decision by decision. */
    private record History(long number, List<JournalEntry> entries) {}

    private History historyOfEveryType(String runId) {
        RetryPolicy policy =
                new RetryPolicy(2, Duration.ofMillis(1500), 2, Duration.ofMinutes(1), 0, null, OnExhausted.FAIL);
        List<Command> commands = List.of(
                new Command.Start(),
                answer("left@1", 1, AgentReply.retryable("http.503", "“busy” – 忙 😀"), policy),
                answer(
                        "right@1",
                        1,
                        new AgentReply.Completed(
                                Site.json("{'done': [1, 2.5, true, null, {'a': 'b'}]}"), new Usage(7, 9)),
                        policy),
                new Command.RetryDue("left@1", 2),
                answer("left@1", 2, AgentReply.permanent("broken", "out of order"), policy),
                new Command.Steer("c1", new Control.Cancel("too late")),
                new Command.Steer("c2", new Control.Retry()),
                new Command.Steer("c3", new Control.Cancel("in time")),
                new Command.Steer("c4", new Control.Retry()),
                new Command.OverBudget("left@1", 4, TOLD),
                answer(
                        "left@1",
                        4,
                        new AgentReply.Interrupted(
                                Site.json("{'sure': '“?”'}"),
                                new Asking(null, "ada", Duration.ofDays(1), Site.json("'no'"), Duration.ofSeconds(1))),
                        policy),
                new Command.Steer("h1", new Control.Reassign(null, "grace")),
                new Command.WakeUp(),
                new Command.Steer("p1", new Control.Pause()),
                new Command.Resume("c5", Map.of("left@1#1", Site.json("'yes'")), null, List.of()),
                answer("left@1", 5, new AgentReply.Sleeping(Duration.ofSeconds(1)), policy),
                new Command.WakeUp(),
                new Command.CallTools(
                        "left@1", 6, Site.json("'“first”'"), List.of(CALLED, REFUSED), new Usage(3, 4), 56),
                answer("left@1/painter@2.0", 1, AgentReply.completed(Site.json("{'size': 2}")), policy),
                answer("left@1", 7, AgentReply.completed(Site.json("[{'done': 'left'}, {'done': 2}]")), policy),
                new Command.UpdateState("c6", (ObjectNode) Site.json("{'done': 7}"), "START", null),
                new Command.Migrate("m1", NEXT),
                new Command.Steer("c7", new Control.Unpause()),
                new Command.Steer("c8", new Control.Cancel(null)),
                new Command.Rollback("c9", begun(runId), true),
                new Command.Steer(
                        "c10", new Control.Continue((ObjectNode) Site.json("{'done': 8}"), WhenBusy.INTERRUPT)),
                new Command.Migrate("m2", GRAPH),
                new Command.Steer("p2", new Control.Pause()),
                new Command.Steer("b1", new Control.Pause(new Breakpoints(List.of("left"), List.of("*")))),
                new Command.Forked("c11", "another", 1));
        List<JournalEntry> entries = new ArrayList<>();
        entries.add(admission(runId, MINE));
        for (Command command : commands) {
            entries.add(decide(entries.getLast(), command, entries.size()));
        }
        assertThat(entries.getLast().run().status()).isEqualTo(RunStatus.RUNNING);
        return new History(entries.getFirst().key().number(), entries);
    }

    private Run begun(String runId) {
        return begin(admission(runId, MINE)).run();
    }

    private static Command answer(String task, int attempt, AgentReply reply, RetryPolicy policy) {
        return new Command.Answer(task, attempt, reply, policy, 1234, 0);
    }

    private JournalEntry admission(String runId, int shard) {
        Admission admission = new Admission(
                (ObjectNode) Site.json("{'done': ['input']}"),
                3,
                Duration.ofMinutes(10),
                Map.of("tenant", "acme"),
                new Origin("triggers", shard, 77));
        Decision decision = Decider.admit(runId, GRAPH, admission, start);
        RunKey key = new RunKey(
                writer.nextRunNumber(), runId, shard, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        return entry(key, decision, true);
    }

    private JournalEntry begin(JournalEntry admitted) {
        return decide(admitted, new Command.Start(), 1);
    }

    private JournalEntry decide(JournalEntry before, Command command, int seconds) {
        Decision decision = Decider.decide(before.run(), command, start.plusSeconds(seconds));
        assertThat(decision.events()).as("events of %s", command).isNotEmpty();
        return entry(before.key(), decision, false);
    }

    private static JournalEntry entry(RunKey key, Decision decision, boolean fresh) {
        return new JournalEntry(
                key,
                decision.before(),
                decision.run(),
                decision.events().stream().map(JournalRow::of).toList(),
                fresh);
    }

    private static JournalEntry withData(JournalEntry entry, String data) {
        List<JournalRow> rows = entry.rows().stream()
                .map(row -> new JournalRow(row.event(), data.getBytes(StandardCharsets.UTF_8)))
                .toList();
        return new JournalEntry(entry.key(), entry.before(), entry.run(), rows, entry.fresh());
    }

    private static String text(JournalRow row) {
        return new String(row.data(), StandardCharsets.UTF_8);
    }

    /** The numbers are fetched first, so that it is the batch that breaks. */
    private void breakNextCommit() {
        writer.nextRunNumber();
        breaking.loseNextAnswer();
    }

    /** Takes a run id in a transaction that is left open: a batch that wants it too waits, with its shards locked. */
    private static void holdUp(String runId, Connection blocker) throws SQLException {
        blocker.setAutoCommit(false);
        try (Statement statement = blocker.createStatement()) {
            statement.execute(
                    "INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at)"
                            + " VALUES ('" + runId + "', 3, 'pair', 1, 'queued', 0, '{}', now())");
        }
    }

    private static void awaitWaitingForLocks(int sessions) {
        Site.await(
                sessions + " sessions wait for a lock",
                () -> SITE.number("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
                        == sessions);
    }

    private static void terminate(String which) {
        assertThat(SITE.number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND " + which))
                .isPositive();
    }

    private static void raiseEpoch(int shard) {
        sql("UPDATE postroad.shards SET epoch = epoch + 1, owner = 'another' WHERE shard = " + shard);
    }

    private static long rows() {
        return SITE.number("SELECT count(*) FROM postroad.journal");
    }

    private static void sql(String statement) {
        SITE.sql().useHandle(handle -> handle.execute(statement));
    }

    private static CommitResult result(Future<CommitResult> batch)
            throws InterruptedException, ExecutionException, TimeoutException {
        return batch.get(Site.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
