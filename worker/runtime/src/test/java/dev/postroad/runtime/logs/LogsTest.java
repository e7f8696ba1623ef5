package dev.postroad.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.history.past.LogFilter;
import dev.postroad.runtime.history.past.LogLine;
import dev.postroad.runtime.history.past.RunLog;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.SetClock;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Sse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is logged about runs, from the agent to whoever reads it. */
@NullMarked
class LogsTest {
    private static final Site SITE = Site.open();
    private static final RunLog LOG = new RunLog(SITE.database());
    private static @Nullable Worker worker;

    @BeforeAll
    static void start() {
        SITE.apply("""
                agent: teller
                kind: java
                provider: test-puppet
                retry: { maxAttempts: 2, backoff: PT0.01S }
                """);
        SITE.apply("""
                graph: told
                state: { n: { default: 0 } }
                nodes: { tell: { agent: teller } }
                edges: [ { from: START, to: tell }, { from: tell, to: END } ]
                """);
        worker = SITE.worker();
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void everyLineOfAnAgentIsFoundByItsRunWithNodeAttemptAndLevel() {
        PuppetAgent.play("lines", call -> {
            call.log().info("began");
            call.log().log(
                    LogLevel.DEBUG,
                    "asked",
                    JsonNodeFactory.instance.objectNode().put("model", "m-1"));
            return call.attempt() == 1 ? AgentReply.retryable("too-soon", "not yet") : PuppetAgent.nothing();
        });
        SITE.trigger("told", "lines", "{}");
        SITE.ended("lines");

        List<LogLine> lines = lines("lines", 5);
        assertThat(lines)
                .extracting(line -> line.level().publicName() + " " + line.attempt() + " "
                        + line.message().replaceFirst("[0-9]+ ms", "N ms"))
                .containsExactly(
                        "info 1 began",
                        "debug 1 asked",
                        "warn 1 the call of agent teller failed after N ms: too-soon: not yet",
                        "info 2 began",
                        "debug 2 asked");
        assertThat(lines)
                .allSatisfy(line -> assertThat(List.of(line.graph(), line.node(), line.agent()))
                        .containsExactly("told", "tell", "teller"))
                .extracting(LogLine::id)
                .isSorted();
        assertThat(lines.get(1).fields()).isEqualTo(Site.json("{'model': 'm-1'}"));
        LogFilter warnings = new LogFilter(LogLevel.WARN, Set.of("tell"), null, null);
        assertThat(LOG.lines("lines", warnings, 0, 10)).containsExactly(lines.get(2));
        assertThat(LOG.lines("lines", LogFilter.ALL, lines.get(2).id(), 1)).containsExactly(lines.get(3));
    }

    @Test
    void whatPostgresCannotHoldLosesNeitherItsLineNorAnyOther() {
        PuppetAgent.play("odd", call -> {
            call.log().info("before");
            call.log().info("nul \u0000 and half \uD83D of a pair");
            call.log().log(
                    LogLevel.INFO,
                    "fields",
                    JsonNodeFactory.instance.objectNode().put("odd", "\u0000"));
            call.log().info("x".repeat(CallLog.MOST_CHARACTERS + 7));
            return PuppetAgent.nothing();
        });
        SITE.trigger("told", "odd", "{}");

        List<LogLine> lines = lines("odd", 4);
        assertThat(lines.get(1).message()).isEqualTo("nul \uFFFD and half \uFFFD of a pair");
        assertThat(String.valueOf(lines.get(2).fields())).contains("odd");
        assertThat(lines.get(3).message()).endsWith("xxx… (7 characters more)");
    }

    @Test
    @SuppressWarnings("NullAway") // As agents do that are not checked.
    void anAgentThatLogsNothingAtAllIsNotBrokenByIt() {
        PuppetAgent.play("null", call -> {
            call.log().log(null, null, null);
            return PuppetAgent.nothing();
        });
        SITE.trigger("told", "null", "{}");
        assertThat(lines("null", 1))
                .extracting(line -> line.level() + " " + line.message())
                .containsExactly("INFO null");
    }

    @Test
    void whatPostgresRefusesIsDroppedAndCountedAndLaterLinesAreStored() {
        long before = metric("dropped");
        for (String runId : List.of("refused-lines", "later-lines")) {
            PuppetAgent.play(runId, call -> {
                call.log().info("one");
                call.log().info("two");
                return PuppetAgent.nothing();
            });
        }
        SITE.sql().useHandle(handle -> handle.execute("ALTER TABLE postroad.agent_logs RENAME TO agent_logs_gone"));
        SITE.trigger("told", "refused-lines", "{}");
        SITE.ended("refused-lines");
        Site.await("both are dropped", () -> metric("dropped") - before == 2);
        SITE.sql().useHandle(handle -> handle.execute("ALTER TABLE postroad.agent_logs_gone RENAME TO agent_logs"));
        SITE.trigger("told", "later-lines", "{}");
        assertThat(lines("later-lines", 2)).extracting(LogLine::message).containsExactly("one", "two");
        assertThat(LOG.lines("refused-lines", LogFilter.ALL, 0, 10)).isEmpty();
    }

    @Test
    void runsGoOnAndLinesWaitWhilePostgresTakesNone() throws SQLException {
        PuppetAgent.play("waiting", call -> {
            call.log().info("kept");
            return PuppetAgent.nothing();
        });
        try (Connection connection = SITE.database().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("LOCK TABLE postroad.agent_logs IN ACCESS EXCLUSIVE MODE");
            SITE.trigger("told", "waiting", "{}");
            SITE.ended("waiting");
            connection.rollback();
        }
        assertThat(lines("waiting", 1)).extracting(LogLine::message).containsExactly("kept");
    }

    @Test
    void anAgentThatLogsWithoutEndCrowdsOutNobodyAndWhatIsLeftOutIsCounted() {
        int said = 3 * CallLog.MOST_LINES;
        long before = counted();
        CountDownLatch others = new CountDownLatch(20);
        PuppetAgent.play("flood", call -> {
            for (int i = 0; i < said; i++) {
                call.log().info("line " + i);
            }
            others.await();
            return PuppetAgent.nothing();
        });
        SITE.trigger("told", "flood", "{}");
        for (int i = 0; i < 20; i++) {
            PuppetAgent.play("beside-" + i, call -> {
                call.log().info("heard");
                others.countDown();
                return PuppetAgent.nothing();
            });
            SITE.trigger("told", "beside-" + i, "{}");
        }
        SITE.ended("flood");
        for (int i = 0; i < 20; i++) {
            SITE.ended("beside-" + i);
            assertThat(lines("beside-" + i, 1)).extracting(LogLine::message).containsExactly("heard");
        }
        // The line that says so is one more.
        Site.await("all are stored or dropped", () -> counted() - before == said + 1 + 20);
        assertThat(metric("dropped")).isGreaterThanOrEqualTo(said - CallLog.MOST_LINES);
        LogFilter warnings = new LogFilter(LogLevel.WARN, Set.of(), null, null);
        long kept = SITE.number("SELECT count(*) FROM postroad.agent_logs WHERE run_id = 'flood'") - 1;
        assertThat(LOG.lines("flood", warnings, 0, 10))
                .extracting(LogLine::message)
                .containsExactly((said - kept) + " of the " + said
                        + " lines of this attempt are left out: too many, or too fast");
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_logs WHERE run_id = 'flood'"))
                .isBetween(1L, CallLog.MOST_LINES + 1L);
    }

    @Test
    void whoFollowsALogThatTwoWorkersWriteMissesNoLineAndSeesNoneTwice() throws InterruptedException {
        int each = 2_000;
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String name = "writer-" + i;
            writers.add(Thread.ofVirtual().start(() -> write(name, each)));
        }
        List<Long> seen = new ArrayList<>();
        Site.await("all lines are seen", () -> {
            LOG.lines("followed", LogFilter.ALL, seen.isEmpty() ? 0 : seen.getLast(), 100)
                    .forEach(line -> seen.add(line.id()));
            return seen.size() >= 2 * each;
        });
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(seen).hasSize(2 * each).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void whoIsCutOffFromALogThatIsStillWrittenGoesOnWhereItWas() throws Exception {
        CountDownLatch cutOff = new CountDownLatch(1);
        PuppetAgent.play("streamed", call -> {
            call.log().info("one");
            call.log().debug("aside");
            call.log().warn("two");
            cutOff.await();
            call.log().error("three");
            return PuppetAgent.nothing();
        });
        SITE.trigger("told", "streamed", "{}");
        List<Sse.Message> first;
        try (Caller caller = new Caller(Objects.requireNonNull(worker).httpPort())) {
            Site.await("the run is there", () -> SITE.history().find("streamed").isPresent());
            try (Sse stream = caller.follow("/api/runs/streamed/logs?level=info")) {
                Site.await("what was said comes", () -> stream.messages().size() == 2);
                first = stream.messages();
            }
            cutOff.countDown();
            String last = first.getLast().id();
            try (Sse stream = caller.follow("/api/runs/streamed/logs?level=info", "Last-Event-ID", last)) {
                assertThat(stream.awaitEvent("log"))
                        .extracting(message -> message.json().path("message").textValue())
                        .containsExactly("three");
            }
            assertThat(first)
                    .extracting(message -> message.json().path("message").textValue())
                    .containsExactly("one", "two");
            assertThat(first.getFirst().data())
                    .isEqualTo(lines("streamed", 4).getFirst().toJson().toString());
        }
    }

    @Test
    void aStreamThatCannotBeGivenIsRefusedWithTheReason() {
        SITE.trigger("told", "refused", "{}");
        SITE.ended("refused");
        String[] stream = {"Accept", "text/event-stream"};
        try (Caller caller = new Caller(Objects.requireNonNull(worker).httpPort())) {
            assertThat(caller.get("/api/runs/unheard-of/logs", stream).status()).isEqualTo(404);
            Reply limited = caller.get("/api/runs/refused/logs?limit=3", stream);
            assertThat(limited.status()).isEqualTo(400);
            assertThat(limited.text()).contains("limit").contains("leave it out");
            Reply astray = caller.get("/api/runs/refused/logs", "Accept", "text/event-stream", "Last-Event-ID", "1.2");
            assertThat(astray.status()).isEqualTo(400);
            assertThat(astray.text()).contains("Last-Event-ID").contains("send the id of a line");
        }
    }

    private static void write(String name, int count) {
        RunLogs logs = new RunLogs(InstantSource.system());
        LogTable table = new LogTable(SITE.database(), name);
        for (int i = 0; i < count / 100; i++) {
            CallLog log = logs.of("followed", "told", "tell", "tell@1", 1, "teller");
            for (int line = 0; line < 100; line++) {
                log.info(name + " " + line);
            }
            try {
                table.write(logs.next(100));
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    @Test
    void daysThatAreTooOldAreDroppedAndThoseToComeAreThere() throws SQLException {
        SetClock clock = new SetClock(Instant.parse("2031-03-01T10:00:00Z"));
        LogPartitions partitions = new LogPartitions(SITE.database(), Duration.ofDays(7), clock);
        partitions.sweep();
        assertThat(days("203103")).isEqualTo(3);
        clock.pass(Duration.ofDays(8));
        partitions.sweep();
        // The first is over for more than seven days, the second is not yet.
        assertThat(days("203103")).isEqualTo(2 + 3);
        assertThat(days("20310301")).isZero();
        clock.pass(Duration.ofDays(60));
        partitions.sweep();
        assertThat(days("203103")).isZero();
    }

    private static long days(String prefix) {
        return SITE.number("""
                        SELECT count(*) FROM pg_inherits JOIN pg_class ON oid = inhrelid
                        WHERE inhparent = 'postroad.agent_logs'::regclass AND relname LIKE ?""", "agent\\_logs\\_" + prefix + "%");
    }

    private static List<LogLine> lines(String runId, int count) {
        Site.await(
                "run " + runId + " has its lines",
                () -> LOG.lines(runId, LogFilter.ALL, 0, 100).size() >= count);
        return LOG.lines(runId, LogFilter.ALL, 0, 100);
    }

    private static long counted() {
        return metric("stored") + metric("dropped");
    }

    private static long metric(String outcome) {
        Worker running = Objects.requireNonNull(worker);
        String name = "postroad_log_entries_total{outcome=\"" + outcome + "\"} ";
        try (Caller caller = new Caller(running.httpPort())) {
            return caller.get("/metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
