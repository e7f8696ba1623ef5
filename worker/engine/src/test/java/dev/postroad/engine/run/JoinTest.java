package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What starts a node, and how often: rules L4 and L5 of LangGraph, observed in its version 1.2.12. */
@NullMarked
class JoinTest {

    @Test
    void severalEdgesIntoANodeStartItOnceASuperstep() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b: SET, target: SET }
            edges:
              - { from: START, to: [a, b] }
              - { from: a, to: target }
              - { from: b, to: target }
              - { from: target, to: END }
            """)).containsExactly("a@1", "b@1", "target@2");
    }

    @Test
    void aConditionalEdgeAndAPlainOneIntoANodeStartItOnceASuperstep() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b: SET, target: SET }
            edges:
              - { from: START, to: [a, b] }
              - { from: a, when: "size(state.log) == 1", to: target }
              - { from: a, otherwise: true, to: END }
              - { from: b, to: target }
              - { from: target, to: END }
            """)).containsExactly("a@1", "b@1", "target@2");
    }

    @Test
    void edgesThatFireInDifferentSuperstepsStartTheirTargetEachTime() {
        assertThat(nodesStarted("""
            nodes: { quick: SET, slow1: SET, slow2: SET, target: SET }
            edges:
              - { from: START, to: [quick, slow1] }
              - { from: slow1, to: slow2 }
              - { from: quick, to: target }
              - { from: slow2, to: target }
              - { from: target, to: END }
            """)).containsExactly("quick@1", "slow1@1", "slow2@2", "target@2", "target@3");
    }

    @Test
    void aFanOutOverNothingCountsAsDoneForTheJoinBehindIt() {
        assertThat(nodesStarted("""
            nodes: { plan: SET, other: SET, part: SET, target: SET }
            edges:
              - { from: START, to: plan }
              - { from: plan, to: other }
              - { from: plan, forEach: "[]", to: part }
              - { from: [part, other], to: target }
              - { from: target, to: END }
            """)).containsExactly("plan@1", "other@2", "target@3");
    }

    @Test
    void aFanOutOverNothingLeavesItsNodeToWhateverElseLeadsThere() {
        assertThat(nodesStarted("""
            nodes: { plan: SET, other: SET, part: SET, target: SET }
            edges:
              - { from: START, to: [plan, other] }
              - { from: plan, forEach: "[]", to: part }
              - { from: other, to: part }
              - { from: [part, other], to: target }
              - { from: target, to: END }
            """)).containsExactly("other@1", "plan@1", "part@2", "target@3");
    }

    @Test
    void aRunThatEndsWithAJoinHalfOpenSaysSo() {
        RunScript script = RunScript.started("""
            graph: half
            state: { log: { reducer: append } }
            nodes: { a: { set: "{}" }, b: { set: "{}" }, target: { set: "{}" } }
            edges:
              - { from: START, to: a }
              - { from: START, when: "false", to: b }
              - { from: [a, b], to: target }
              - { from: target, to: END }
            """, "{}");
        assertThat(((EventBody.RunCompleted) script.journal.getLast().body()).openJoins())
                .containsExactly(new EventBody.OpenJoin("target", List.of("b")));
    }

    @Test
    void whatFinishedBesideAFailureLeadsOnAfterAnUpdateInTheNameOfTheFailed() {
        RunScript script = RunScript.started("""
            graph: beside
            state: { log: { reducer: append } }
            nodes: { a: { set: "{}" }, x: { agent: x }, y: { agent: x }, z: { agent: x } }
            edges:
              - { from: START, to: a }
              - { from: a, to: [x, y] }
              - { from: x, to: z }
              - { from: y, to: END }
              - { from: z, to: END }
            """, "{}");
        script.answer("x@2", "{'log': ['x']}");
        script.reply("y@2", dev.postroad.contracts.agent.AgentReply.permanent("http.400", "no"));
        script.tell(new Command.UpdateState(
                "u", (com.fasterxml.jackson.databind.node.ObjectNode) RunScript.json("{'log': ['u']}"), "y", null));
        assertThat(script.run.next()).containsExactly("z");
        script.tell(new Command.Steer("go on", new Control.Unpause()));
        script.answer("z@3", "{'log': ['z']}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['x', 'u', 'z']}"));
    }

    @Test
    void aJoinWaitsForItsSlowestSourceOverSupersteps() {
        assertThat(nodesStarted("""
            nodes: { quick: SET, slow1: SET, slow2: SET, slow3: SET, target: SET }
            edges:
              - { from: START, to: [quick, slow1] }
              - { from: slow1, to: slow2 }
              - { from: slow2, to: slow3 }
              - { from: [quick, slow3], to: target }
              - { from: target, to: END }
            """)).containsExactly("quick@1", "slow1@1", "slow2@2", "slow3@3", "target@4");
    }

    @Test
    void aJoinThatOpenedWaitsForAllItsSourcesAnew() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b1: SET, b2: SET, target: SET }
            edges:
              - { from: START, to: [a, b1] }
              - { from: b1, to: b2 }
              - { from: [a, b2], to: target }
              - { from: target, when: "state.log.filter(n, n == 'target').size() < 2", to: [a, b1] }
              - { from: target, otherwise: true, to: END }
            """))
                .containsExactly("a@1", "b1@1", "b2@2", "target@3", "a@4", "b1@4", "b2@5", "target@6");
    }

    @Test
    void aSourceThatCompletesTwiceCountsOnceUntilTheJoinOpens() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b1: SET, b2: SET, b3: SET, target: SET }
            edges:
              - { from: START, to: [a, b1] }
              - { from: a, when: "size(state.log) == 1", to: a }
              - { from: a, otherwise: true, to: END }
              - { from: b1, to: b2 }
              - { from: b2, to: b3 }
              - { from: [a, b3], to: target }
              - { from: target, to: END }
            """)).containsExactly("a@1", "b1@1", "a@2", "b2@2", "b3@3", "target@4");
    }

    @Test
    void aPlainEdgeIntoTheTargetOfAJoinFiresEarlyAndLeavesTheJoinAlone() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b1: SET, b2: SET, extra: SET, target: SET }
            edges:
              - { from: START, to: [a, b1, extra] }
              - { from: b1, to: b2 }
              - { from: extra, to: target }
              - { from: [a, b2], to: target }
              - { from: target, to: END }
            """)).containsExactly("a@1", "b1@1", "extra@1", "b2@2", "target@2", "target@3");
    }

    @Test
    void aJoinAndAPlainEdgeThatFireTogetherStartTheTargetOnce() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b: SET, extra: SET, target: SET }
            edges:
              - { from: START, to: [a, b, extra] }
              - { from: extra, to: target }
              - { from: [a, b], to: target }
              - { from: target, to: END }
            """)).containsExactly("a@1", "b@1", "extra@1", "target@2");
    }

    @Test
    void oneNodeServesSeveralJoins() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b: SET, c1: SET, c2: SET, ab: SET, ac: SET }
            edges:
              - { from: START, to: [a, b, c1] }
              - { from: c1, to: c2 }
              - { from: [a, b], to: ab }
              - { from: [a, c2], to: ac }
              - { from: [ab, ac], to: END }
            """)).containsExactly("a@1", "b@1", "c1@1", "ab@2", "c2@2", "ac@3");
    }

    @Test
    void aJoinWhoseSourceWasNotChosenNeverOpensAndTheRunEnds() {
        assertThat(nodesStarted("""
            nodes: { a: SET, b: SET, target: SET }
            edges:
              - { from: START, to: a }
              - { from: a, when: "size(state.log) > 1", to: b }
              - { from: a, otherwise: true, to: END }
              - { from: [a, b], to: target }
              - { from: target, to: END }
            """)).containsExactly("a@1");
    }

    @Test
    void aJoinRemembersItsSourcesOverACrash() {
        RunScript script = RunScript.started("""
            graph: g
            nodes: { quick: { agent: x }, slow1: { agent: x }, slow2: { agent: x }, target: { agent: x } }
            edges:
              - { from: START, to: [quick, slow1] }
              - { from: slow1, to: slow2 }
              - { from: [quick, slow2], to: target }
              - { from: target, to: END }
            """, "{}");
        script.answer("quick@1", "{}");
        script.answer("slow1@1", "{}");
        script.recover();
        script.answer("slow2@2", "{}");
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("slow2@2", "target@3");
    }

    /** The tasks in the order in which they began; every node appends its name to the log. */
    private static List<String> nodesStarted(String nodesAndEdges) {
        String nodes = nodesAndEdges.replaceAll("(\\w+): SET", "$1: { set: \"{'log': ['$1']}\" }");
        RunScript script = RunScript.started("graph: g\nstate: { log: { reducer: append } }\n" + nodes, "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        return script.types().stream()
                .filter(type -> type.startsWith("node.started "))
                .map(type -> type.substring("node.started ".length()))
                .toList();
    }
}
