package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A run pauses before and after the nodes that somebody named, and goes on past them. */
@NullMarked
final class BreakpointsTest {
    private static final String CHAIN = """
            graph: chain
            state: { log: { reducer: append } }
            nodes:
              draft: { agent: x }
              review: { agent: x }
              publish: { agent: x }
            edges:
              - { from: START, to: draft }
              - { from: draft, to: review }
              - { from: review, when: "size(state.log) < 4", to: draft }
              - { from: review, otherwise: true, to: publish }
              - { from: publish, to: END }
            """;
    private static final String INSIDE = """
            graph: inner
            state: { log: { reducer: append } }
            nodes:
              a: { agent: x }
              b: { agent: x }
            edges:
              - { from: START, to: a }
              - { from: a, to: b }
              - { from: b, to: END }
            ---
            graph: outer
            state: { log: { reducer: append } }
            nodes:
              work: { graph: inner }
              end: { agent: x }
            edges:
              - { from: START, to: work }
              - { from: work, to: end }
              - { from: end, to: END }
            """;
    private static final String FAN = """
            graph: fan
            schedule: eager
            state: { log: { reducer: append } }
            nodes:
              f1: { agent: x }
              f2: { agent: x }
              s1: { agent: x }
              s2: { agent: x }
              end: { agent: x }
            edges:
              - { from: START, to: [f1, s1] }
              - { from: f1, to: f2 }
              - { from: s1, to: s2 }
              - { from: [f2, s2], to: end }
              - { from: end, to: END }
            """;

    private int commands;

    private static RunScript queued(String yaml, Breakpoints at) {
        RunScript script = RunScript.queued(yaml, "{'log': []}");
        script.tell(new Command.Steer("stops", new Control.Pause(at)));
        script.tell(new Command.Start());
        return script;
    }

    private static Breakpoints before(String... nodes) {
        return new Breakpoints(List.of(nodes), List.of());
    }

    private static Breakpoints after(String... nodes) {
        return new Breakpoints(List.of(), List.of(nodes));
    }

    private static void answer(RunScript script, String task) {
        script.answer(task, "{'log': ['" + task + "']}");
    }

    private void unpause(RunScript script) {
        script.tell(new Command.Steer("go " + ++commands, new Control.Unpause()));
    }

    private static void assertPausedAt(RunScript script, Breakpoints at) {
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        assertThat(script.journal.getLast().body()).isEqualTo(new EventBody.RunPaused(null, null, at));
        assertThat(script.run.callsUnderWay()).isEmpty();
    }

    @Test
    void pausesBeforeANodeEachTimeThatItIsToBegin() {
        RunScript script = queued(CHAIN, before("review"));
        answer(script, "draft@1");
        assertPausedAt(script, before("review"));
        assertThat(script.run.next()).containsExactly("review");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['draft@1']}"));
        unpause(script);
        answer(script, "review@2");
        answer(script, "draft@3");
        assertPausedAt(script, before("review"));
        script.recover();
        unpause(script);
        script.recover();
        answer(script, "review@4");
        answer(script, "publish@5");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void pausesAfterANodeThoughNothingFollows() {
        RunScript script = queued(CHAIN, after("draft", "publish"));
        answer(script, "draft@1");
        assertPausedAt(script, after("draft"));
        unpause(script);
        answer(script, "review@2");
        answer(script, "draft@3");
        assertPausedAt(script, after("draft"));
        unpause(script);
        answer(script, "review@4");
        answer(script, "publish@5");
        assertPausedAt(script, after("publish"));
        assertThat(script.run.next()).isEmpty();
        unpause(script);
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void takesAStepAtATimeByAllNodes() {
        RunScript script = queued(CHAIN, before(Breakpoints.ALL));
        for (String task : List.of("draft@1", "review@2", "draft@3", "review@4", "publish@5")) {
            assertPausedAt(script, before(task.substring(0, task.indexOf('@'))));
            unpause(script);
            answer(script, task);
        }
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void whatIsSaidLaterTakesThePlaceOfWhatWasSaidBefore() {
        RunScript script = queued(CHAIN, before("review"));
        answer(script, "draft@1");
        script.tell(new Command.Steer("others", new Control.Pause(after("review"))));
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        assertThat(script.run.breakpoints()).isEqualTo(after("review"));
        unpause(script);
        answer(script, "review@2");
        assertPausedAt(script, after("review"));
        script.tell(new Command.Steer("none", new Control.Pause(Breakpoints.NONE)));
        unpause(script);
        for (String task : List.of("draft@3", "review@4", "publish@5")) {
            answer(script, task);
        }
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void setWhileANodeRunsTheyHoldWhatComesNext() {
        RunScript script = RunScript.started(CHAIN, "{'log': []}");
        script.tell(
                new Command.Steer("stops", new Control.Pause(new Breakpoints(List.of("draft"), List.of("review")))));
        answer(script, "draft@1");
        answer(script, "review@2");
        assertPausedAt(script, new Breakpoints(List.of("draft"), List.of("review")));
        unpause(script);
        assertThat(script.run.callsUnderWay()).as("it stood before draft too").containsKey("draft@3");
    }

    @Test
    void pausesAfterANodeWhoseSuperstepIsOverOnlyAfterARetry() {
        RunScript script = RunScript.started("""
                graph: pair
                state: { log: { reducer: append } }
                nodes: { a: { agent: x }, b: { agent: x }, c: { agent: x } }
                edges: [ { from: START, to: [a, b] }, { from: a, to: c }, { from: b, to: END }, { from: c, to: END } ]
                """, "{'log': []}");
        script.tell(new Command.Steer("stops", new Control.Pause(after("a"))));
        answer(script, "a@1");
        script.reply("b@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        script.tell(new Command.Steer("again", new Control.Retry()));
        answer(script, "b@1");
        assertPausedAt(script, after("a"));
        unpause(script);
        answer(script, "c@2");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aPauseThatIsTakenBackWhileSomethingIsUnderWayIsPassed() {
        RunScript script = queued(FAN, before("f2"));
        answer(script, "f1@1");
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(script.types()).endsWith("run.pausing");
        unpause(script);
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("s1@1", "f2@2");
    }

    @Test
    void whereSuperstepsOverlapNothingMoreBegins() {
        RunScript script = queued(FAN, new Breakpoints(List.of("s2"), List.of("f2", "end")));
        answer(script, "f1@1");
        answer(script, "f2@2");
        answer(script, "s1@1");
        assertPausedAt(script, after("f2"));
        unpause(script);
        assertThat(script.run.callsUnderWay()).as("it stood before s2 too").containsOnlyKeys("s2@2");
        answer(script, "s2@2");
        answer(script, "end@3");
        assertPausedAt(script, after("end"));
        unpause(script);
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['f1@1', 's1@1', 'f2@2', 's2@2', 'end@3']}"));
    }

    @Test
    void nodesOfGraphsInsideAreNamedByTheWayToThem() {
        RunScript script = RunScript.started(RunScript.nested(INSIDE), "{'log': []}");
        script.tell(new Command.Steer("stops", new Control.Pause(new Breakpoints(List.of("work/b"), List.of("work")))));
        answer(script, "work@1/a@1");
        assertPausedAt(script, before("work/b"));
        unpause(script);
        answer(script, "work@1/b@2");
        assertPausedAt(script, after("work"));
        unpause(script);
        answer(script, "end@2");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);

        RunScript all = RunScript.started(RunScript.nested(INSIDE), "{'log': []}");
        all.tell(new Command.Steer("stops", new Control.Pause(after("work/*"))));
        answer(all, "work@1/a@1");
        assertPausedAt(all, after("work/a"));
        unpause(all);
        answer(all, "work@1/b@2");
        assertPausedAt(all, after("work/b"));
        unpause(all);
        answer(all, "end@2");
        assertThat(all.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aRunOfASingleAgentPausesBeforeIt() {
        Admission admission = Admission.ofAgent(
                        "marketer",
                        (com.fasterxml.jackson.databind.node.ObjectNode) RunScript.json("{'a': 1}"),
                        0,
                        null,
                        Map.of(),
                        new Origin("t", 0, 0))
                .pausing(before("marketer"));
        Run run = Decider.admit("one", Graph.ofAgent("marketer"), admission, RunScript.START)
                .run();
        Decision started = Decider.decide(run, new Command.Start(), RunScript.START);
        assertThat(started.run().status()).isEqualTo(RunStatus.PAUSED);
        Decision on = Decider.decide(started.run(), new Command.Steer("on", new Control.Unpause()), RunScript.START);
        assertThat(on.run().callsUnderWay()).hasSize(1);
    }

    @Test
    void namesOfNoNodeAreRefusedWithTheNearest() {
        RunScript script = RunScript.started(RunScript.nested(INSIDE), "{'log': []}");
        assertThat(refused(script, before("wrok")))
                .isEqualTo("before: graph outer has no node wrok; did you mean work?");
        assertThat(refused(script, after("work/c")))
                .isEqualTo("after: graph inner has no node c; its nodes are a, b, and * is all of them");
        assertThat(refused(script, after("end/x")))
                .isEqualTo("after: node end of graph outer is no graph, and has no nodes inside");
        assertThat(refused(script, before("something else")))
                .isEqualTo("before: graph outer has no node something else; its nodes are work, end, and * is all of"
                        + " them");
        assertThat(script.run.breakpoints()).isEqualTo(Breakpoints.NONE);
    }

    private String refused(RunScript script, Breakpoints at) {
        script.tell(new Command.Steer("wrong " + ++commands, new Control.Pause(at)));
        return ((EventBody.CommandRejected) script.journal.getLast().body()).reason();
    }

    @Test
    void goesOnPastThemFromAVersionThatItWasTakenBackTo() {
        RunScript script = queued(CHAIN, before("review"));
        answer(script, "draft@1");
        Run there = script.run;
        unpause(script);
        answer(script, "review@2");
        answer(script, "draft@3");
        assertPausedAt(script, before("review"));
        script.tell(new Command.Rollback("back", there, true));
        assertThat(script.run.callsUnderWay()).hasSize(1);
        assertThat(script.run.next()).containsExactly("review");
        assertThat(script.run.breakpoints()).isEqualTo(before("review"));
    }

    @Test
    void aForkPausesNowhereAndAMigratedRunWhereItsNodesAreStill() {
        RunScript script = queued(CHAIN, before("review", "publish"));
        answer(script, "draft@1");
        script.tell(new Command.Fork("fork", script.run, "other", null, null, script.run.graph()));
        assertThat(script.spawns.getFirst().admission().breakpoints()).isEqualTo(Breakpoints.NONE);
        Graph newer = RunScript.graph(CHAIN.replace("publish", "print"), 2);
        script.tell(new Command.Migrate("newer", newer));
        assertThat(script.run.breakpoints()).isEqualTo(before("review"));
    }

    @Test
    void doesNotStandAfterANodeWhoseFollowerHasBegunAndSleeps() {
        RunScript script = RunScript.started(CHAIN, "{'log': []}");
        answer(script, "draft@1");
        script.reply("review@2", new AgentReply.Sleeping(Duration.ofSeconds(5)));
        script.tell(new Command.Steer("stops", new Control.Pause(after("draft"))));
        script.wakeNext();
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("review@2");
    }

    @Test
    void doesNotStandAfterANodeWhoseFollowerIsTriedAgain() {
        RunScript script = RunScript.started(CHAIN, "{'log': []}");
        answer(script, "draft@1");
        script.reply("review@2", AgentReply.retryable("http.503", "busy"));
        script.tell(
                new Command.Steer("stops", new Control.Pause(new Breakpoints(List.of("review"), List.of("draft")))));
        script.wakeNext();
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("review@2");
    }

    @Test
    void pausesAfterTheLastNodeThoughItWasToPauseAnyway() {
        RunScript script = queued(CHAIN.replace("< 4", "< 0"), after("publish"));
        answer(script, "draft@1");
        answer(script, "review@2");
        assertPausesAtItsEnd(script, "publish@3", "publish");
    }

    @Test
    void pausesAfterTheLastNodeOfOverlappingSuperstepsThoughItWasToPauseAnyway() {
        RunScript script = queued(FAN, after("end"));
        answer(script, "f1@1");
        answer(script, "s1@1");
        answer(script, "f2@2");
        answer(script, "s2@2");
        assertPausesAtItsEnd(script, "end@3", "end");
    }

    /** Though it is to pause already when its last task is answered. */
    private void assertPausesAtItsEnd(RunScript script, String task, String node) {
        script.tell(new Command.Steer("now", new Control.Pause(null)));
        answer(script, task);
        assertPausedAt(script, after(node));
        unpause(script);
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aPauseThatIsTakenBackLeavesInterruptsOfGraphsInsideWhereTheyAre() {
        RunScript script = RunScript.started(RunScript.nested("""
                graph: inner
                nodes: { a: { agent: x }, b: { agent: x } }
                edges: [ { from: START, to: a }, { from: a, to: b }, { from: b, to: END } ]
                ---
                graph: gated
                interruptBefore: [ d ]
                nodes: { c: { agent: x }, d: { agent: x } }
                edges: [ { from: START, to: c }, { from: c, to: d }, { from: d, to: END } ]
                ---
                graph: outer
                nodes: { one: { graph: inner }, two: { graph: gated }, three: { agent: x } }
                edges: [ { from: START, to: [one, two, three] }, { from: [one, two, three], to: END } ]
                """), "{}");
        script.tell(new Command.Steer("stops", new Control.Pause(before("one/b"))));
        script.answer("one@1/a@1", "{}");
        script.answer("two@1/c@1", "{}");
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("three@1");
        unpause(script);
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("one@1/b@2", "three@1");
        script.tell(new Command.Steer("stop", new Control.Pause()));
        script.answer("one@1/b@2", "{}");
        script.answer("three@1", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        unpause(script);
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.callsUnderWay()).isEmpty();
        script.tell(new Command.Resume("go on", Map.of(), null, List.of()));
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("two@1/d@2");
    }
}
