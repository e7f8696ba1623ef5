package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs that are paused, forked, and made of a single agent. */
@NullMarked
class SteeringTest {
    private static final String GRAPH = """
            graph: steps
            state: { log: { reducer: append }, mood: {} }
            nodes:
              first: { agent: test-puppet, output: "{'log': ['first']}" }
              second: { set: "{'log': ['second ' + (has(state.mood) ? state.mood : 'plain')]}" }
              third: { agent: test-puppet, output: "{'log': ['third']}" }
            edges:
              - { from: START, to: first }
              - { from: first, to: second }
              - { from: second, to: third }
              - { from: third, to: END }
            """;

    private static final String NEWER =
            GRAPH.replace("['third']", "['newer third']").replace("mood: {}", "mood: {}, extra: {}");
    private static final String WITHOUT_SECOND = GRAPH.replace("second", "other");

    private static final Site SITE = Site.open();

    private final String runId = "run-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        SITE.apply(GRAPH);
        SITE.worker();
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
        SITE.apply(NEWER);
        Site.await("the newer graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 2);
        SITE.apply(WITHOUT_SECOND);
        Site.await("the newest graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 3);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private void trigger(String id) {
        SITE.client()
                .trigger(new Trigger(
                        new Trigger.OfGraph("steps", 1), id, (ObjectNode) Site.json("{}"), 0, null, Map.of()));
    }

    private static RunStatus status(String id) {
        return SITE.history().find(id).orElseThrow().status();
    }

    private static JsonNode state(String id) {
        return SITE.history().state(id, null).orElseThrow().state();
    }

    private static Control.Fork fork(
            String newRunId, @Nullable Integer version, @Nullable String update, @Nullable Integer graphVersion) {
        return new Control.Fork(
                version, newRunId, update == null ? null : (ObjectNode) Site.json(update), null, graphVersion);
    }

    private RunEvent answer(EventType type) {
        return SITE.journalWith(runId, event -> event.type() == type).stream()
                .filter(event -> event.type() == type)
                .toList()
                .getLast();
    }

    @Test
    void aPausedRunFinishesItsSuperstepAndBeginsNoMoreUntilItIsUnpaused() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        PuppetAgent.play(runId, call -> {
            begun.countDown();
            mayEnd.await();
            return PuppetAgent.nothing();
        });
        trigger(runId);
        begun.await();
        SITE.control(runId, new Control.Pause());
        answer(EventType.RUN_PAUSING);
        mayEnd.countDown();
        answer(EventType.RUN_PAUSED);
        Site.await("the run is paused", () -> status(runId) == RunStatus.PAUSED);
        assertThat(state(runId)).isEqualTo(Site.json("{'log': ['first']}"));
        SITE.control(runId, new Control.Unpause());
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(state(runId)).isEqualTo(Site.json("{'log': ['first', 'second plain', 'third']}"));
        assertThat(SITE.journal(runId))
                .extracting(RunEvent::type)
                .containsSubsequence(
                        EventType.NODE_STARTED,
                        EventType.RUN_PAUSING,
                        EventType.NODE_COMPLETED,
                        EventType.RUN_PAUSED,
                        EventType.RUN_UNPAUSED,
                        EventType.NODE_STARTED);
    }

    @Test
    void aRunPausesAtTheNodesThatItsTriggerAndACommandName() {
        SITE.client()
                .trigger(new Trigger(
                                new Trigger.OfGraph("steps", 1), runId, (ObjectNode) Site.json("{}"), 0, null, Map.of())
                        .pausing(new Breakpoints(List.of("second"), List.of())));
        assertThat(answer(EventType.RUN_PAUSED).data()).isEqualTo(Site.json("{'before': ['second'], 'after': []}"));
        SITE.control(runId, new Control.Pause(new Breakpoints(List.of(), List.of("third"))));
        answer(EventType.BREAKPOINTS_SET);
        SITE.control(runId, new Control.Unpause());
        SITE.journalWith(
                runId,
                event -> event.data().path("after").path(0).asText().equals("third")
                        && event.type() == EventType.RUN_PAUSED);
        Site.await("the run is paused", () -> status(runId) == RunStatus.PAUSED);
        assertThat(state(runId)).isEqualTo(Site.json("{'log': ['first', 'second plain', 'third']}"));
        SITE.control(runId, new Control.Pause(new Breakpoints(List.of("thrid"), List.of())));
        assertThat(answer(EventType.COMMAND_REJECTED).data().path("reason").asText())
                .isEqualTo("before: graph steps has no node thrid; did you mean third?");
        SITE.control(runId, new Control.Unpause());
        assertThat(SITE.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);

        String wrong = "wrong-" + runId;
        SITE.client()
                .trigger(Trigger.of("steps", wrong, (ObjectNode) Site.json("{}"))
                        .pausing(new Breakpoints(List.of(), List.of("*", "frist"))));
        Site.await(
                "the trigger is rejected",
                () -> SITE.published(wrong).stream()
                        .anyMatch(event -> event.type() == EventType.TRIGGER_REJECTED
                                && event.data().path("reason").asText().endsWith("did you mean first?")));
    }

    @Test
    void aForkGoesOnFromAnEarlierVersionAndLeavesTheOldRunAsItIs() {
        trigger(runId);
        SITE.ended(runId);
        String copy = "fork-" + runId;
        SITE.control(runId, fork(copy, 2, "{'mood': 'merry'}", null));
        RunEvent forked = answer(EventType.RUN_FORKED);
        assertThat(forked.data().path("newRunId").asText()).isEqualTo(copy);
        assertThat(forked.data().path("fromVersion").asInt()).isEqualTo(2);
        assertThat(SITE.ended(copy).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(state(copy)).isEqualTo(Site.json("{'log': ['first', 'second merry', 'third'], 'mood': 'merry'}"));
        assertThat(PuppetAgent.nodes(copy)).containsExactly("third");
        assertThat(state(runId)).isEqualTo(Site.json("{'log': ['first', 'second plain', 'third']}"));
        assertThat(SITE.journal(copy)
                        .getFirst()
                        .data()
                        .path("forkedFrom")
                        .path("runId")
                        .asText())
                .isEqualTo(runId);

        Site.await("the fork is published", () -> SITE.publishedOnce(copy).equals(SITE.journal(copy)));
        SITE.control(copy, fork("again-" + copy, 1, null, null));
        assertThat(SITE.ended("again-" + copy).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aForkMayMoveToANewerVersionOfTheGraphWhereThatHasAPlaceForAll() {
        trigger(runId);
        SITE.ended(runId);
        String copy = "newer-" + runId;
        SITE.control(runId, fork(copy, 2, null, 2));
        assertThat(SITE.ended(copy).getLast().graphVersion()).isEqualTo(2);
        assertThat(state(copy)).isEqualTo(Site.json("{'log': ['first', 'second plain', 'newer third']}"));
        SITE.control(runId, fork("misfit-" + runId, 2, null, 3));
        assertThat(answer(EventType.COMMAND_REJECTED).data().path("reason").asText())
                .contains("version 3 of graph steps", "no node second");
        SITE.control(runId, fork("unknown-" + runId, 2, null, 9));
        Site.await(
                "the unknown version is refused",
                () -> SITE.journal(runId).stream()
                        .anyMatch(
                                event -> event.data().path("reason").asText().contains("no version 9 of graph steps")));
    }

    @Test
    void aForkOntoARunThatIsThereIsRefusedAndTheSameForkTwiceIsOne() {
        trigger(runId);
        SITE.ended(runId);
        trigger("other-" + runId);
        SITE.ended("other-" + runId);
        SITE.control(runId, fork("other-" + runId, 1, null, null));
        assertThat(answer(EventType.COMMAND_REJECTED).data().path("reason").asText())
                .contains("other-" + runId);
        Control twice = new Control(runId, "once", fork("twin-" + runId, 1, null, null));
        SITE.client().control(twice);
        SITE.client().control(twice);
        SITE.ended("twin-" + runId);
        SITE.control(runId, fork("last-" + runId, 1, null, null));
        SITE.ended("last-" + runId);
        Site.await(
                "the last fork is answered",
                () -> SITE.journal(runId).stream()
                                .filter(event -> event.type() == EventType.RUN_FORKED)
                                .count()
                        == 2);
    }

    /** A worker that dies between the new run's admission and the old run's answer leaves this behind. */
    @Test
    void aForkWhoseAnswerWasLostIsAnsweredWhenItsCommandIsReadAgain() {
        trigger(runId);
        SITE.ended(runId);
        Control command = new Control(runId, "once", fork("made-" + runId, 1, null, null));
        SITE.client().control(command);
        SITE.ended("made-" + runId);
        answer(EventType.RUN_FORKED);
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "DELETE FROM postroad.journal j USING postroad.runs r"
                                + " WHERE r.id = j.run AND r.run_id = ? AND j.type = 'run.forked'",
                        runId));
        SITE.client().control(command);
        assertThat(answer(EventType.RUN_FORKED).data().path("newRunId").asText())
                .isEqualTo("made-" + runId);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id = ?", "made-" + runId))
                .isEqualTo(1);
    }

    @Test
    void commandsAreAppliedInTheOrderInWhichTheyWereSentThoughOneOfThemHasToReadTheJournal() {
        trigger(runId);
        SITE.ended(runId);
        SITE.control(runId, new Control.Rollback(1, false));
        SITE.control(runId, new Control.UpdateState((ObjectNode) Site.json("{'mood': 'late'}"), "first", 2));
        SITE.control(runId, new Control.Unpause());
        assertThat(SITE.journalWith(runId, event -> event.type() == EventType.RUN_COMPLETED && event.seq() > 15))
                .noneMatch(event -> event.type() == EventType.COMMAND_REJECTED)
                .extracting(RunEvent::type)
                .containsSubsequence(EventType.RUN_ROLLED_BACK, EventType.STATE_UPDATED, EventType.RUN_UNPAUSED);
    }

    @Test
    void aTriggerMayNameASingleAgentWhoseAnswerIsTheState() {
        PuppetAgent.play(
                runId,
                call -> AgentReply.completed(
                        Site.json("{'seen': " + call.input().path("n") + ", 'any': {}}")));
        SITE.client()
                .trigger(new Trigger(
                        new Trigger.OfAgent("test-puppet"),
                        runId,
                        (ObjectNode) Site.json("{'n': 7}"),
                        0,
                        null,
                        Map.of()));
        RunEvent end = SITE.ended(runId).getLast();
        assertThat(end.type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(end.graph()).isEqualTo("test-puppet");
        assertThat(end.data().path("state")).isEqualTo(Site.json("{'seen': 7, 'any': {}}"));
        assertThat(state(runId)).isEqualTo(Site.json("{'seen': 7, 'any': {}}"));
        assertThat(SITE.journal(runId))
                .extracting(RunEvent::type)
                .containsExactly(
                        EventType.RUN_QUEUED,
                        EventType.RUN_STARTED,
                        EventType.NODE_STARTED,
                        EventType.NODE_COMPLETED,
                        EventType.RUN_COMPLETED);
    }

    @Test
    void aTriggerOfAnAgentThatNobodyKnowsIsRejected() {
        SITE.client()
                .trigger(new Trigger(
                        new Trigger.OfAgent("nobody"), runId, (ObjectNode) Site.json("{}"), 0, null, Map.of()));
        Site.await(
                "the trigger is rejected",
                () -> SITE.published(runId).stream()
                        .anyMatch(event -> event.type() == EventType.TRIGGER_REJECTED
                                && event.data().path("reason").asText().contains("no agent nobody")));
    }

    @Test
    void anAgentsAnswerThatIsNoObjectIsTheStatesOutput() {
        PuppetAgent.play(runId, call -> AgentReply.completed(Site.json("['a', 'b']")));
        SITE.client()
                .trigger(new Trigger(
                        new Trigger.OfAgent("test-puppet"), runId, (ObjectNode) Site.json("{}"), 0, null, Map.of()));
        SITE.ended(runId);
        assertThat(state(runId)).isEqualTo(Site.json("{'output': ['a', 'b']}"));
    }

    @Test
    void aForkOfASingleAgentsRunCallsItAgain() {
        PuppetAgent.play(runId, call -> AgentReply.completed(Site.json("{'n': 1}")));
        SITE.client()
                .trigger(new Trigger(
                        new Trigger.OfAgent("test-puppet"),
                        runId,
                        (ObjectNode) Site.json("{'x': 1}"),
                        0,
                        null,
                        Map.of()));
        SITE.ended(runId);
        SITE.control(runId, fork("copy-" + runId, 1, null, null));
        assertThat(SITE.ended("copy-" + runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(PuppetAgent.calls("copy-" + runId))
                .extracting(call -> call.input())
                .containsExactly(Site.json("{'x': 1}"));
        assertThat(List.of(status(runId), status("copy-" + runId))).containsOnly(RunStatus.COMPLETED);
    }
}
