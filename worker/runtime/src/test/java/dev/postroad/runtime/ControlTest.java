package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users can do to a run, and what time does to it. */
@NullMarked
class ControlTest {
    /** Far below what anything else in these tests takes by itself. */
    private static final Duration PROMPTLY = Duration.ofSeconds(2);

    private static final String GRAPHS = """
            graph: pair
            state: { done: { reducer: append } }
            nodes:
              good: { agent: test-puppet, retry: { maxAttempts: 1 }, output: "{'done': ['good']}" }
              bad: { agent: test-puppet, retry: { maxAttempts: 1 }, output: "{'done': ['bad']}" }
              after: { agent: test-puppet, output: "{'done': ['after']}" }
            edges:
              - { from: START, to: [good, bad] }
              - { from: [good, bad], to: after }
              - { from: after, to: END }
            ---
            graph: soon-again
            state: { answer: { reducer: last } }
            nodes:
              ask: { agent: test-puppet, retry: { maxAttempts: 3, backoff: PT0.05S } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: much-later
            state: { answer: { reducer: last } }
            nodes:
              ask: { agent: test-puppet, retry: { maxAttempts: 3, backoff: PT1H, maxBackoff: PT1H } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: by-default
            state: { answer: { reducer: last } }
            nodes:
              ask: { agent: test-puppet }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: impatient
            state: { answer: { reducer: last } }
            nodes:
              ask: { agent: test-puppet, timeout: PT0.3S, retry: { maxAttempts: 1 } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: impatient-twice
            state: { answer: { reducer: last } }
            nodes:
              ask: { agent: test-puppet, timeout: PT0.3S, retry: { maxAttempts: 2, backoff: PT0.05S } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            """;

    private static final Site SITE = Site.open();

    private final String runId = "run-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        SITE.worker();
        SITE.apply(GRAPHS);
        SITE.trigger("impatient-twice", "warm", "{}");
        SITE.ended("warm");
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    /** An agent that works until it is stopped. */
    private static final class Endless {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch interrupted = new CountDownLatch(1);

        AgentReply work() throws InterruptedException {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                return PuppetAgent.nothing();
            } catch (InterruptedException stopped) {
                interrupted.countDown();
                throw stopped;
            }
        }

        void awaitBegin() {
            Site.await("the agent works", () -> begun.getCount() == 0);
        }

        void awaitInterruption() {
            Site.await("the agent is interrupted", () -> interrupted.getCount() == 0);
        }
    }

    @Test
    void aCancelStopsARunAndInterruptsItsAgentAtOnce() {
        // The machine may be busy, so what counts is how quick a cancel can be.
        Duration quickest = cancelled(runId);
        for (int i = 0; i < 9 && quickest.compareTo(PROMPTLY) >= 0; i++) {
            Duration next = cancelled(i + "-" + runId);
            quickest = next.compareTo(quickest) < 0 ? next : quickest;
        }
        assertThat(quickest).isLessThan(PROMPTLY);
    }

    /** Cancels a run whose agent is at work; how long it took until both had stopped. */
    private static Duration cancelled(String run) {
        Endless endless = new Endless();
        PuppetAgent.play(run, call -> endless.work());
        SITE.trigger("by-default", run, "{}");
        endless.awaitBegin();

        Instant asked = Instant.now();
        SITE.control(run, new Control.Cancel("no longer wanted"));
        List<RunEvent> journal = SITE.ended(run);
        endless.awaitInterruption();
        Duration took = Duration.between(asked, Instant.now());
        assertThat(journal)
                .extracting(RunEvent::type)
                .containsExactly(
                        EventType.RUN_QUEUED,
                        EventType.RUN_STARTED,
                        EventType.NODE_STARTED,
                        EventType.NODE_CANCELLED,
                        EventType.RUN_CANCELLED);
        assertThat(journal.getLast().data().path("reason").asText()).isEqualTo("no longer wanted");
        assertThat(status(run)).isEqualTo(RunStatus.CANCELLED);
        return took;
    }

    @Test
    void aCancelThatComesBeforeItsTriggerKeepsEveryAgentFromBeingCalled() {
        SITE.control(runId, new Control.Cancel("too late to be wanted"));
        Site.await("the command is kept", () -> kept() == 1);
        SITE.trigger("by-default", runId, "{}");
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(PuppetAgent.calls(runId)).isEmpty();
        Site.await("the command is forgotten", () -> kept() == 0);
    }

    private long kept() {
        return SITE.number("SELECT count(*) FROM postroad.pending_commands WHERE run_id = ?", runId);
    }

    @Test
    void aCancelOfARunThatHasEndedIsAnsweredAndChangesNothing() {
        SITE.trigger("by-default", runId, "{}");
        SITE.ended(runId);
        SITE.control(runId, new Control.Cancel("oh no"));
        RunEvent answer = SITE.journalWith(runId, event -> event.type() == EventType.COMMAND_REJECTED)
                .getLast();
        assertThat(answer.data().path("command").asText()).isEqualTo("cancel");
        assertThat(answer.data().path("reason").asText()).isEqualTo("the run is completed already");
        assertThat(status(runId)).isEqualTo(RunStatus.COMPLETED);
        Site.await("the answer is published", () -> SITE.published(runId).contains(answer));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aCancelByAClientThatPartitionsDifferentlyReachesItsRun(int away) {
        Endless endless = new Endless();
        PuppetAgent.play(runId, call -> endless.work());
        SITE.trigger("by-default", runId, "{}");
        endless.awaitBegin();
        int shard = SITE.shardOf(runId);
        steer((shard + away) % 4, "{'type': 'cancel', 'reason': 'from afar'}");

        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        endless.awaitInterruption();
        assertThat(SITE.records(SITE.topics().control()).stream()
                        .filter(record -> Arrays.equals(record.key(), Site.bytes(runId)))
                        .filter(record -> Site.header(record, EventHeaders.COMMAND_ID) != null))
                .as("forwarded once at most, and to the run's shard")
                .hasSizeLessThanOrEqualTo(1)
                .allMatch(record -> record.partition() == shard);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aCancelOnAForeignPartitionThatComesBeforeItsTriggerIsKeptForItsRun(int away) {
        steer((SITE.shardOf(runId) + away) % 4, "{'type': 'cancel'}");
        Site.await("the command is kept", () -> kept() == 1);
        SITE.trigger("by-default", runId, "{}");
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(PuppetAgent.calls(runId)).isEmpty();
    }

    private void steer(@Nullable Integer partition, String message) {
        SITE.send(new ProducerRecord<>(SITE.topics().control(), partition, Site.bytes(runId), Site.bytes(message)));
    }

    @Test
    void aRetryOfAFailedRunRepeatsOnlyWhatFailed() {
        AtomicBoolean broken = new AtomicBoolean(true);
        PuppetAgent.play(
                runId,
                call -> call.node().equals("bad") && broken.get()
                        ? AgentReply.permanent("broken", "out of order")
                        : PuppetAgent.nothing());
        SITE.trigger("pair", runId, "{}");
        RunEvent failed = SITE.ended(runId).getLast();
        assertThat(failed.type()).isEqualTo(EventType.RUN_FAILED);
        assertThat(failed.data().at("/error/type").asText()).isEqualTo("broken");
        assertThat(failed.data().at("/error/node").asText()).isEqualTo("bad");

        broken.set(false);
        SITE.control(runId, new Control.Retry());
        awaitCompletion();
        assertThat(PuppetAgent.nodes(runId)).containsExactlyInAnyOrder("good", "bad", "bad", "after");
        assertThat(PuppetAgent.calls(runId))
                .filteredOn(call -> call.node().equals("bad"))
                .extracting(call -> call.idempotencyKey() + "#" + call.attempt())
                .containsExactly(runId + "/bad@1#1", runId + "/bad@1#2");
        assertThat(SITE.history().state(runId, null).orElseThrow().state())
                .isEqualTo(Site.json("{'done': ['bad', 'good', 'after']}"));
    }

    @Test
    void aRetryOfACancelledRunRepeatsOnlyWhatWasStopped() {
        Endless endless = new Endless();
        AtomicBoolean hangs = new AtomicBoolean(true);
        PuppetAgent.play(
                runId, call -> call.node().equals("bad") && hangs.get() ? endless.work() : PuppetAgent.nothing());
        SITE.trigger("pair", runId, "{}");
        SITE.journalWith(runId, event -> event.type() == EventType.NODE_COMPLETED);
        endless.awaitBegin();
        SITE.control(runId, new Control.Cancel(null));
        SITE.ended(runId);

        hangs.set(false);
        SITE.control(runId, new Control.Retry());
        awaitCompletion();
        assertThat(PuppetAgent.nodes(runId)).containsExactlyInAnyOrder("good", "bad", "bad", "after");
        assertThat(SITE.history().find(runId).orElseThrow().error()).isNull();
    }

    @Test
    void aRetryOfARunThatDidNotFailIsAnsweredAndChangesNothing() {
        SITE.trigger("pair", runId, "{}");
        awaitCompletion();
        SITE.control(runId, new Control.Retry());
        RunEvent answer = SITE.journalWith(runId, event -> event.type() == EventType.COMMAND_REJECTED)
                .getLast();
        assertThat(answer.data().path("reason").asText())
                .isEqualTo("only a failed or cancelled run can be retried, and this one is completed");
        assertThat(PuppetAgent.nodes(runId)).hasSize(3);
    }

    @Test
    void aCommandIsAppliedOncePerCommandIdHoweverOftenItIsSent() {
        PuppetAgent.play(runId, call -> AgentReply.permanent("broken", "out of order"));
        SITE.trigger("by-default", runId, "{}");
        SITE.ended(runId);
        for (int i = 0; i < 3; i++) {
            steer(null, "{'type': 'retry', 'commandId': 'once'}");
        }
        awaitEnds(2);
        steer(null, "{'type': 'retry', 'commandId': 'once'}");
        steer(null, "{'type': 'retry', 'commandId': 'twice'}");
        awaitEnds(3);
        assertThat(PuppetAgent.calls(runId)).hasSize(3);
        assertThat(SITE.journal(runId))
                .filteredOn(event -> event.type() == EventType.RUN_RETRIED)
                .extracting(event -> event.data().path("commandId").asText())
                .containsExactly("once", "twice");
    }

    private void awaitEnds(int times) {
        Site.await(
                "the run ended " + times + " times",
                () -> SITE.journal(runId).stream()
                                .filter(event -> event.type().endsRun())
                                .count()
                        == times);
    }

    @Test
    void anAgentThatDoesNotHeedItsInterruptionShowsNothingMoreOnceItsRunIsCancelled() {
        AtomicInteger shown = new AtomicInteger();
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean mayEnd = new AtomicBoolean();
        PuppetAgent.play(runId, call -> {
            while (!mayEnd.get()) {
                call.output().emit("chunk " + shown.incrementAndGet());
                LockSupport.parkNanos(1_000_000);
                if (Thread.interrupted()) {
                    interrupted.set(true);
                }
            }
            return PuppetAgent.nothing();
        });
        SITE.trigger("by-default", runId, "{}");
        Site.await("chunks are there", () -> chunks(runId) > 5);
        SITE.control(runId, new Control.Cancel(null));
        SITE.ended(runId);
        Site.await("the agent is interrupted", interrupted::get);
        awaitWhatIsOnItsWayToTheSamePartition();
        long published = chunks(runId);
        int later = shown.get();
        Site.await("the agent goes on all the same", () -> shown.get() > later + 100);
        awaitWhatIsOnItsWayToTheSamePartition();
        assertThat(chunks(runId)).isEqualTo(published);
        mayEnd.set(true);
    }

    /** Chunks that were shown before are on the topic once a later one is. */
    private void awaitWhatIsOnItsWayToTheSamePartition() {
        String other = Stream.generate(() -> "run-" + UUID.randomUUID())
                .filter(id -> SITE.shardOf(id) == SITE.shardOf(runId))
                .findFirst()
                .orElseThrow();
        PuppetAgent.play(other, call -> {
            call.output().emit("later");
            return PuppetAgent.nothing();
        });
        SITE.trigger("by-default", other, "{}");
        Site.await("a later chunk is there", () -> chunks(other) == 1);
    }

    private static long chunks(String of) {
        return SITE.records(SITE.topics().output()).stream()
                .filter(record -> Arrays.equals(record.key(), Site.bytes(of)))
                .count();
    }

    @Test
    void aRunThatWaitsForItsNextAttemptCanBeCancelled() {
        PuppetAgent.play(runId, call -> AgentReply.retryable("busy", "come back later"));
        SITE.trigger("much-later", runId, "{}");
        SITE.journalWith(runId, event -> event.type() == EventType.NODE_RETRYING);
        SITE.control(runId, new Control.Cancel(null));
        assertThat(SITE.ended(runId))
                .extracting(RunEvent::type)
                .endsWith(EventType.NODE_RETRYING, EventType.NODE_CANCELLED, EventType.RUN_CANCELLED);
        assertThat(PuppetAgent.calls(runId)).hasSize(1);
    }

    @Test
    void anAgentThatFailsTwiceSucceedsAtTheThirdAttempt() {
        PuppetAgent.play(
                runId,
                call -> call.attempt() < 3
                        ? AgentReply.retryable("busy", "attempt " + call.attempt())
                        : AgentReply.completed(Site.json("{'answer': 42}")));
        SITE.trigger("soon-again", runId, "{}");
        List<RunEvent> journal = SITE.ended(runId);
        assertThat(journal.getLast().data()).isEqualTo(Site.json("{'state': {'answer': 42}}"));
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.NODE_STARTED)
                .extracting(RunEvent::attempt)
                .containsExactly(1, 2, 3);
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.NODE_RETRYING)
                .extracting(event -> event.data().at("/error/message").asText())
                .containsExactly("attempt 1", "attempt 2");
        for (RunEvent retrying : journal) {
            if (retrying.type() == EventType.NODE_RETRYING) {
                Instant due = Instant.parse(retrying.data().path("dueAt").asText());
                assertThat(journal.get(retrying.seq()).at())
                        .as("begin of the next attempt")
                        .isAfterOrEqualTo(due);
            }
        }
        assertThat(PuppetAgent.calls(runId))
                .extracting(call -> call.idempotencyKey())
                .containsOnly(runId + "/ask@1");
    }

    @Test
    void anAgentThatKeepsFailingFailsItsRunAfterTheLastAttempt() {
        PuppetAgent.play(runId, call -> {
            throw new IllegalStateException("no luck");
        });
        SITE.trigger("soon-again", runId, "{}");
        RunEvent failed = SITE.ended(runId).getLast();
        assertThat(failed.data().path("error"))
                .isEqualTo(Site.json("{'type': 'IllegalStateException', 'message': 'no luck', 'node': 'ask'}"));
        assertThat(PuppetAgent.calls(runId)).hasSize(3);
    }

    @Test
    void byDefaultTheNextAttemptComesAfterOneSecond() {
        PuppetAgent.play(runId, call -> AgentReply.retryable("busy", "come back later"));
        SITE.trigger("by-default", runId, "{}");
        RunEvent retrying = SITE.journalWith(runId, event -> event.type() == EventType.NODE_RETRYING).stream()
                .filter(event -> event.type() == EventType.NODE_RETRYING)
                .findFirst()
                .orElseThrow();
        SITE.control(runId, new Control.Cancel(null));
        Instant due = Instant.parse(retrying.data().path("dueAt").asText());
        assertThat(Duration.between(retrying.at(), due)).isEqualTo(Duration.ofSeconds(1));
        SITE.ended(runId);
    }

    @Test
    void anAgentThatHangsIsGivenUpAndInterrupted() {
        Endless endless = new Endless();
        PuppetAgent.play(runId, call -> endless.work());
        SITE.trigger("impatient", runId, "{}");
        RunEvent failed = SITE.ended(runId).getLast();
        endless.awaitInterruption();
        assertThat(failed.data().at("/error/type").asText()).isEqualTo("timeout");
        assertThat(failed.data().at("/error/message").asText()).contains("PT0.3S");
    }

    @Test
    void anAgentThatIgnoresItsInterruptionLosesItsAttemptAllTheSame() {
        CountDownLatch testIsOver = new CountDownLatch(1);
        PuppetAgent.play(runId, call -> {
            if (call.attempt() > 1) {
                return AgentReply.completed(Site.json("{'answer': 'second'}"));
            }
            awaitHoweverOftenInterrupted(testIsOver);
            return AgentReply.completed(Site.json("{'answer': 'first, far too late'}"));
        });
        SITE.trigger("impatient-twice", runId, "{}");
        assertThat(SITE.ended(runId).getLast().data()).isEqualTo(Site.json("{'state': {'answer': 'second'}}"));
        testIsOver.countDown();
    }

    private static void awaitHoweverOftenInterrupted(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // That is the point.
            }
        }
    }

    @Test
    void aRunThatTakesLongerThanItMayFails() {
        Endless endless = new Endless();
        // Where the machine is busy, the time of a run may be over before its agent is called.
        for (int i = 0; endless.begun.getCount() > 0; i++) {
            String run = i + "-" + runId;
            PuppetAgent.play(run, call -> endless.work());
            SITE.send(
                    SITE.topics().triggers(),
                    Site.bytes(run),
                    Site.bytes("{'graph': 'by-default', 'timeout': 'PT0.3S'}"));
            List<RunEvent> journal = SITE.ended(run);
            assertThat(journal)
                    .extracting(RunEvent::type)
                    .endsWith(EventType.NODE_STARTED, EventType.NODE_CANCELLED, EventType.RUN_FAILED);
            assertThat(journal.getLast().data().at("/error/type").asText()).isEqualTo("run-timeout");
        }
        endless.awaitInterruption();
    }

    @Test
    void whatAnAgentSaysInItsErrorNeverStopsTheOthers() {
        PuppetAgent.play(runId, call -> AgentReply.permanent("odd \ud83d", "half a pair \ude00, and U+0000: \u0000"));
        SITE.trigger("by-default", runId, "{}");
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_FAILED);
        String another = "after-" + runId;
        SITE.send(new ProducerRecord<>(
                SITE.topics().triggers(), SITE.shardOf(runId), Site.bytes(another), Site.bytes("{'graph': 'pair'}")));
        assertThat(SITE.ended(another).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRunThatWaitsForAPlaceCanBeCancelled() {
        try (Site narrow = narrow()) {
            Endless holder = holdTheOnlyPlace(narrow);
            narrow.trigger("by-default", runId, "{}");
            narrow.journalWith(runId, event -> event.type() == EventType.RUN_QUEUED);
            narrow.control(runId, new Control.Cancel(null));
            assertThat(narrow.ended(runId))
                    .extracting(RunEvent::type)
                    .containsExactly(EventType.RUN_QUEUED, EventType.RUN_CANCELLED);
            assertThat(holder.interrupted.getCount()).isPositive();
        }
    }

    @Test
    void aDuplicateThatHadToWaitForAPlaceTakesNoneAwayFromOthers() {
        try (Site narrow = narrow()) {
            narrow.trigger("pair", runId, "{}");
            narrow.ended(runId);
            holdTheOnlyPlace(narrow);
            narrow.trigger("pair", runId, "{}");
            Site.await(
                    "the duplicate is answered",
                    () -> narrow.published(runId).stream()
                            .anyMatch(event -> event.type() == EventType.TRIGGER_DUPLICATE));
            narrow.control("holder-" + runId, new Control.Cancel(null));
            for (String next : List.of("next-" + runId, "last-" + runId)) {
                narrow.trigger("pair", next, "{}");
                assertThat(narrow.ended(next).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            }
        }
    }

    @Test
    void runsThatWaitBeginAsSoonAsAPlaceIsFree() {
        int many = 40;
        try (Site narrow = narrow()) {
            holdTheOnlyPlace(narrow);
            for (int i = 0; i < many; i++) {
                narrow.trigger("by-default", i + "-" + runId, "{}");
            }
            awaitRuns(narrow, "queued", many);
            narrow.control("holder-" + runId, new Control.Cancel(null));
            awaitRuns(narrow, "completed", many);
            // The machine may be busy, so what counts is how short a wait can be.
            long wait = narrow.number("SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY wait)"
                    + " FROM (SELECT extract(epoch FROM started_at - lag(ended_at) OVER (ORDER BY started_at)) * 1000 AS wait"
                    + " FROM postroad.runs) AS waits");
            assertThat(wait)
                    .as("milliseconds from the end of a run to the begin of the next")
                    .isLessThan(50);
        }
    }

    @Test
    void runsOfHigherPriorityBeginFirst() {
        try (Site narrow = narrow()) {
            holdTheOnlyPlace(narrow);
            for (int priority : List.of(0, 9, 5)) {
                narrow.send(
                        narrow.topics().triggers(),
                        Site.bytes("priority-" + priority + "-" + runId),
                        Site.bytes("{'graph': 'by-default', 'priority': " + priority + "}"));
            }
            awaitRuns(narrow, "queued", 3);
            narrow.control("holder-" + runId, new Control.Cancel(null));
            awaitRuns(narrow, "completed", 3);
            List<Integer> priorities = narrow.sql()
                    .withHandle(handle -> handle.createQuery(
                                    "SELECT priority FROM postroad.runs WHERE status = 'completed' ORDER BY started_at")
                            .mapTo(Integer.class)
                            .list());
            assertThat(priorities).containsExactly(9, 5, 0);
        }
    }

    /** A site whose only worker has a place for one run alone. */
    private static Site narrow() {
        Site narrow = Site.open();
        narrow.worker(Map.of("POSTROAD_MAX_RUNS", "1"));
        narrow.apply(GRAPHS);
        return narrow;
    }

    private Endless holdTheOnlyPlace(Site narrow) {
        Endless endless = new Endless();
        PuppetAgent.play("holder-" + runId, call -> endless.work());
        narrow.trigger("by-default", "holder-" + runId, "{}");
        endless.awaitBegin();
        return endless;
    }

    private static void awaitRuns(Site narrow, String status, int runs) {
        Site.await(
                runs + " runs are " + status,
                () -> narrow.number("SELECT count(*) FROM postroad.runs WHERE status = ?", status) == runs);
    }

    private void awaitCompletion() {
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_COMPLETED);
    }

    private static RunStatus status(String run) {
        return Objects.requireNonNull(SITE.history().find(run).orElseThrow().status());
    }

    @Test
    void aCommandThatIsKeptWhileItsRunIsOnItsWayIntoPostgresIsAppliedAllTheSame() {
        Endless endless = new Endless();
        PuppetAgent.play(runId, call -> endless.work());
        try (Handle run = SITE.sql().open();
                Handle command = SITE.sql().open()) {
            command.begin();
            command.execute("LOCK TABLE postroad.pending_commands IN SHARE MODE");
            SITE.control(runId, new Control.Cancel("by a person"));
            Site.await("the command is being kept", () -> isHeldUp("WITH come AS"));
            run.begin();
            run.execute("SELECT FROM postroad.shards FOR UPDATE");
            SITE.trigger("by-default", runId, "{}");
            Site.await("the run is being admitted", () -> isHeldUp("WITH owned AS"));
            command.commit();
            Site.await("the command is kept and done with", SITE::controlIsCommitted);
            run.commit();
        }
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
    }

    private static boolean isHeldUp(String statement) {
        return SITE.number("""
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND starts_with(query, ?)""", statement) > 0;
    }
}
