package dev.postroad.runtime.trace;

import static dev.postroad.contracts.message.EventType.NODE_CANCELLED;
import static dev.postroad.contracts.message.EventType.NODE_COMPLETED;
import static dev.postroad.contracts.message.EventType.NODE_FAILED;
import static dev.postroad.contracts.message.EventType.NODE_RETRYING;
import static dev.postroad.contracts.message.EventType.NODE_STARTED;
import static dev.postroad.contracts.message.EventType.NODE_WAITING;
import static dev.postroad.contracts.message.EventType.RUN_CANCELLED;
import static dev.postroad.contracts.message.EventType.RUN_COMPLETED;
import static dev.postroad.contracts.message.EventType.RUN_FAILED;
import static dev.postroad.contracts.message.EventType.RUN_QUEUED;
import static dev.postroad.contracts.message.EventType.RUN_RESUMED;
import static dev.postroad.contracts.message.EventType.RUN_RETRIED;
import static dev.postroad.contracts.message.EventType.RUN_STARTED;
import static dev.postroad.contracts.message.EventType.RUN_WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.EventType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Journals in, spans out. */
@NullMarked
final class RunSpansTest {
    private static final Instant BEGIN = Instant.parse("2026-11-29T12:00:00Z");
    private static final String PARENT = "00f067aa0ba902b7";
    private static final TracedRun RUN =
            TracedRun.of(7, "order-1", "00-4bf92f3577b34da6a3ce929d0e0e4736-" + PARENT + "-01");

    private final List<SpanDraft> spans = new ArrayList<>();
    private final List<Moment> journal = new ArrayList<>();
    private final RunSpans fold = new RunSpans(RUN, spans::add);

    private static Instant at(int seconds) {
        return BEGIN.plusSeconds(seconds);
    }

    private Moment moment(EventType type, int second, @Nullable String task) {
        Moment moment = new Moment(
                journal.size() + 1,
                type,
                at(second),
                task == null ? null : task.substring(0, task.indexOf('@')),
                task,
                1,
                1,
                null,
                null);
        journal.add(moment);
        return moment;
    }

    private static Commit commit(Moment... moments) {
        Instant last = moments[moments.length - 1].at();
        return new Commit("letters", 3, List.of(moments), 12, last, last.plusMillis(5));
    }

    private void commits(EventType type, int second, @Nullable String task) {
        fold.take(commit(moment(type, second, task)));
    }

    static Attempt attempt(int number, @Nullable String error, CallTrace.Call... calls) {
        return attempt(number, Attempt.End.ANSWERED, error, calls);
    }

    private static Attempt attempt(int number, Attempt.End end, @Nullable String error, CallTrace.Call... calls) {
        return new Attempt(
                "letters",
                "write",
                "write@1",
                number,
                "writer",
                "llm",
                false,
                at(number),
                at(number + 1),
                end,
                error,
                Usage.NONE,
                List.of(calls),
                null,
                null);
    }

    private List<SpanDraft> named(String name) {
        return spans.stream().filter(span -> span.name().startsWith(name)).toList();
    }

    private SpanDraft only(String name) {
        assertThat(named(name)).hasSize(1);
        return named(name).getFirst();
    }

    private void beginsAndWaits() {
        commits(RUN_QUEUED, 0, null);
        commits(RUN_STARTED, 10, null);
        commits(NODE_STARTED, 10, "write@1");
        commits(NODE_COMPLETED, 20, "write@1");
        commits(NODE_STARTED, 20, "approve@2");
        fold.take(commit(moment(NODE_WAITING, 21, "approve@2"), moment(RUN_WAITING, 21, null)));
    }

    private void goesOnAndEnds() {
        commits(RUN_RESUMED, 5_000, null);
        commits(NODE_STARTED, 5_000, "approve@2");
        commits(NODE_COMPLETED, 5_001, "approve@2");
        commits(RUN_COMPLETED, 5_001, null);
    }

    @Test
    void aRunIsASpanFromItsBeginToTheCommitOfItsEnd() {
        beginsAndWaits();
        SpanDraft run = only("invoke_workflow letters");
        assertThat(run.begunAt()).isEqualTo(at(10));
        assertThat(run.endedAt()).isEqualTo(at(21).plusMillis(5));
        assertThat(run.parentId()).isEqualTo(PARENT);
        assertThat(run.linkId()).isNull();
        assertThat(run.attributes())
                .containsEntry("gen_ai.operation.name", "invoke_workflow")
                .containsEntry("gen_ai.agent.name", "letters")
                .containsEntry("postroad.queued_ms", 10_000L)
                .containsEntry("postroad.outcome", "waiting");
    }

    @Test
    void aWaitIsALinkAndNoOpenSpan() {
        beginsAndWaits();
        goesOnAndEnds();
        List<SpanDraft> runs = named("invoke_workflow");
        List<SpanDraft> approvals = named("task approve");
        assertThat(runs).hasSize(2).allSatisfy(run -> assertThat(run.parentId()).isEqualTo(PARENT));
        assertThat(runs.getLast().begunAt()).isEqualTo(at(5_000));
        assertThat(runs.getLast().linkId()).isEqualTo(runs.getFirst().spanId());
        assertThat(approvals).extracting(SpanDraft::endedAt).containsExactly(at(21), at(5_001));
        assertThat(approvals.getLast().linkId()).isEqualTo(approvals.getFirst().spanId());
        assertThat(approvals.getLast().parentId()).isEqualTo(runs.getLast().spanId());
    }

    @Test
    void theDecisiveCommitsAreSpansOfTheirOwn() {
        beginsAndWaits();
        goesOnAndEnds();
        assertThat(named("commit "))
                .extracting(SpanDraft::name)
                .containsExactly("commit run.queued", "commit run.waiting", "commit run.completed");
        assertThat(named("commit ").getLast().parentId())
                .isEqualTo(named("invoke_workflow").getLast().spanId());
        assertThat(named("commit ").getLast().attributes()).containsEntry("db.operation.batch.size", 12L);
    }

    @Test
    void attemptsAndTheirCallsAreWithinTheirTask() {
        commits(RUN_QUEUED, 0, null);
        commits(RUN_STARTED, 0, null);
        commits(NODE_STARTED, 0, "write@1");
        CallTrace.Call call =
                new CallTrace.Call("chat small", at(1), at(2), Map.of("gen_ai.request.model", "small"), null);
        fold.take(attempt(1, "llm.503"));
        commits(NODE_RETRYING, 2, "write@1");
        commits(NODE_STARTED, 3, "write@1");
        fold.take(attempt(2, null, call));
        commits(NODE_COMPLETED, 4, "write@1");

        SpanDraft task = only("task write");
        List<SpanDraft> attempts = named("invoke_agent writer");
        assertThat(attempts)
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.parentId()).isEqualTo(task.spanId()));
        assertThat(attempts).extracting(SpanDraft::errorType).containsExactly("llm.503", null);
        assertThat(attempts.getLast().spanId()).isEqualTo(SpanIds.attempt(7, "write@1", 2));
        assertThat(only("chat small").parentId()).isEqualTo(attempts.getLast().spanId());
        assertThat(task.begunAt()).as("over all its attempts").isEqualTo(at(0));
    }

    @Test
    void whoeverTakesARunOverGoesOnInTheSameSpans() {
        beginsAndWaits();
        goesOnAndEnds();
        for (int taken = 1; taken < journal.size(); taken++) {
            List<SpanDraft> before = new ArrayList<>();
            List<SpanDraft> after = new ArrayList<>();
            RunSpans first = new RunSpans(RUN, before::add);
            journal.subList(0, taken).forEach(moment -> first.take(commit(moment)));
            RunSpans second = new RunSpans(RUN, after::add);
            second.recall(journal.subList(0, taken));
            journal.subList(taken, journal.size()).forEach(moment -> second.take(commit(moment)));
            before.addAll(after);
            assertThat(before).as("after " + taken).containsExactlyElementsOf(spans);
        }
    }

    @Test
    void aRunThatIsRetriedHasAnotherSpanThatIsLinked() {
        commits(RUN_QUEUED, 0, null);
        commits(RUN_STARTED, 0, null);
        commits(NODE_STARTED, 0, "write@1");
        commits(NODE_FAILED, 1, "write@1");
        commits(RUN_FAILED, 1, null);
        commits(RUN_RETRIED, 100, null);
        commits(NODE_STARTED, 100, "write@1");
        commits(NODE_COMPLETED, 101, "write@1");
        commits(RUN_COMPLETED, 101, null);
        assertThat(named("invoke_workflow"))
                .extracting(span -> span.attributes().get("postroad.outcome"))
                .containsExactly("failed", "completed");
        assertThat(named("invoke_workflow").getLast().linkId())
                .isEqualTo(named("invoke_workflow").getFirst().spanId());
    }

    @Test
    void aTaskThatARemoteAgentHasDoesNotWait() {
        commits(RUN_QUEUED, 0, null);
        commits(RUN_STARTED, 0, null);
        commits(NODE_STARTED, 0, "write@1");
        Moment sent = moment(NODE_WAITING, 0, "write@1");
        fold.take(commit(
                new Moment(sent.seq(), NODE_WAITING, sent.at(), sent.node(), sent.task(), 1, 1, "far", null),
                moment(RUN_WAITING, 0, null)));
        commits(RUN_RESUMED, 90, null);
        commits(NODE_COMPLETED, 90, "write@1");
        fold.take(attempt(1, null));
        commits(RUN_COMPLETED, 90, null);

        SpanDraft task = only("task write");
        assertThat(task.begunAt()).isEqualTo(at(0));
        assertThat(task.endedAt()).isEqualTo(at(90));
        assertThat(only("invoke_workflow letters").begunAt()).isEqualTo(at(0));
        assertThat(only("invoke_agent writer").parentId()).isEqualTo(task.spanId());
    }

    @Test
    void anAttemptOfARemoteAgentEndsWhereItIsToldToStop() {
        commits(RUN_QUEUED, 0, null);
        commits(RUN_STARTED, 0, null);
        commits(NODE_STARTED, 0, "write@1");
        for (int heard = 1; heard <= 2; heard++) {
            Moment sent = moment(NODE_WAITING, heard, "write@1");
            fold.take(commit(
                    new Moment(sent.seq(), NODE_WAITING, sent.at(), sent.node(), sent.task(), 1, 1, "far", null)));
        }
        fold.take(commit(moment(NODE_CANCELLED, 40, "write@1"), moment(RUN_CANCELLED, 40, null)));

        SpanDraft attempt = only("invoke_agent far");
        assertThat(attempt.begunAt()).isEqualTo(at(1));
        assertThat(attempt.endedAt()).isEqualTo(at(40));
        assertThat(attempt.spanId()).isEqualTo(SpanIds.attempt(7, "write@1", 1));
        assertThat(attempt.parentId()).isEqualTo(only("task write").spanId());
        assertThat(attempt.attributes()).containsEntry("postroad.outcome", "cancelled");
        assertThat(attempt.errorType()).isNull();
    }

    @Test
    void anAttemptThatIsMadeAnewElsewhereLeavesItsIdToThatOne() {
        commits(RUN_QUEUED, 0, null);
        commits(RUN_STARTED, 0, null);
        commits(NODE_STARTED, 0, "write@1");
        CallTrace.Call call = new CallTrace.Call("chat m", at(1), at(2), Map.of(), "cancelled");
        fold.take(attempt(1, Attempt.End.LEFT_BEHIND, null, call));
        fold.take(attempt(1, null, call));

        assertThat(spans).extracting(SpanDraft::spanId).doesNotHaveDuplicates();
        List<SpanDraft> attempts = named("invoke_agent writer");
        assertThat(attempts.getFirst().attributes()).containsEntry("postroad.outcome", "left-behind");
        assertThat(attempts.getLast().spanId()).isEqualTo(SpanIds.attempt(7, "write@1", 1));
        assertThat(named("chat m"))
                .extracting(SpanDraft::parentId)
                .containsExactly(
                        attempts.getFirst().spanId(), attempts.getLast().spanId());
    }

    @Test
    void aTraceThatNobodySentHasOneRoot() {
        RunSpans alone = new RunSpans(TracedRun.of(7, "order-1", null), spans::add);
        List.of(RUN_QUEUED, RUN_STARTED, RUN_WAITING, RUN_RESUMED, RUN_COMPLETED)
                .forEach(type -> alone.take(commit(moment(type, journal.size(), null))));
        assertThat(spans).filteredOn(span -> span.parentId() == null).hasSize(1);
        assertThat(named("invoke_workflow").getLast().parentId())
                .isEqualTo(named("invoke_workflow").getFirst().spanId());
    }
}
