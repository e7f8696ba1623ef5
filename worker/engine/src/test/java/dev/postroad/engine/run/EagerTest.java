package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A node of an eager graph starts when its own predecessors are done, and sees what they wrote. */
@NullMarked
final class EagerTest {
    private static final String FAN = """
            graph: fan
            schedule: eager
            state: { log: { reducer: append } }
            nodes:
              f1: { agent: x }
              f2: { agent: x }
              f3: { agent: x }
              s1: { agent: x }
              s2: { agent: x }
              s3: { agent: x }
              end: { agent: x }
            edges:
              - { from: START, to: [f1, s1] }
              - { from: f1, to: f2 }
              - { from: f2, to: f3 }
              - { from: s1, to: s2 }
              - { from: s2, to: s3 }
              - { from: [f3, s3], to: end }
              - { from: end, to: END }
            """;

    private static final List<String> FAST = List.of("f1@1", "f2@2", "f3@3");
    private static final List<String> SLOW = List.of("s1@1", "s2@2", "s3@3");

    private static RunScript fan() {
        return RunScript.started(FAN, "{'log': []}");
    }

    private static void answerAll(RunScript script, List<String> tasks) {
        tasks.forEach(task -> script.answer(task, "{'log': ['" + task + "']}"));
    }

    private static Object input(RunScript script, String task) {
        return script.calls.stream()
                .filter(call -> call.task().equals(task))
                .reduce((first, last) -> last)
                .orElseThrow()
                .input()
                .get("log");
    }

    @Test
    void aFastBranchDoesNotWaitForASlowOne() {
        RunScript script = fan();
        answerAll(script, FAST);
        assertThat(script.run.next()).containsExactly("s1");
        assertThat(script.run.version()).as("the first superstep is not over").isEqualTo(1);
        answerAll(script, SLOW);
        answerAll(script, List.of("end@4"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state())
                .isEqualTo(RunScript.json("{'log': ['f1@1', 's1@1', 'f2@2', 's2@2', 'f3@3', 's3@3', 'end@4']}"));
    }

    @Test
    void aTaskSeesWhatLedToItAndNotWhatHappenedToBeDone() {
        RunScript script = fan();
        answerAll(script, List.of("s1@1", "f1@1", "s2@2", "s3@3", "f2@2"));
        assertThat(input(script, "f2@2")).isEqualTo(RunScript.json("['f1@1']"));
        assertThat(input(script, "f3@3")).isEqualTo(RunScript.json("['f1@1', 'f2@2']"));
        answerAll(script, List.of("f3@3"));
        assertThat(input(script, "end@4"))
                .as("a join sees all of its sources, in the order of supersteps")
                .isEqualTo(RunScript.json("['f1@1', 's1@1', 'f2@2', 's2@2', 'f3@3', 's3@3']"));
    }

    @Test
    void aFailedBranchIsRetriedAloneAndTheOtherKeepsItsWork() {
        RunScript script = fan();
        answerAll(script, FAST);
        script.reply("s1@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        script.recover();
        script.tell(new Command.Steer("again", new Control.Retry()));
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("s1@1");
        answerAll(script, SLOW);
        answerAll(script, List.of("end@4"));
        assertThat(script.run.state().get("log")).hasSize(7);
    }

    @Test
    void aBranchGoesOnWhileAPersonIsAskedInAnother() {
        RunScript script = fan();
        script.reply("s1@1", new AgentReply.Interrupted(RunScript.json("'go on?'")));
        answerAll(script, FAST);
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.stateSoFar().get("log")).hasSize(3);
        script.tell(new Command.Resume("yes", Map.of("", RunScript.json("1")), null, List.of()));
        answerAll(script, SLOW);
        answerAll(script, List.of("end@4"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void whatIsWrittenBesideAnAnswerIsSeenByAllThatBeginsThen() {
        RunScript script = fan();
        script.reply("s1@1", new AgentReply.Interrupted(RunScript.json("'go on?'")));
        answerAll(script, FAST);
        script.tell(new Command.Resume(
                "yes",
                Map.of("", RunScript.json("1")),
                (com.fasterxml.jackson.databind.node.ObjectNode) RunScript.json("{'log': ['u']}"),
                List.of()));
        answerAll(script, SLOW);
        assertThat(input(script, "s2@2")).isEqualTo(RunScript.json("['u', 's1@1']"));
        assertThat(input(script, "end@4").toString()).startsWith("[\"u\"");
        answerAll(script, List.of("end@4"));
        assertThat(script.run.state().get("log").get(0)).isEqualTo(RunScript.json("'u'"));
        assertThat(script.run.state().get("log")).hasSize(8);
    }

    @Test
    void aRunGoesBackToTheSuperstepsThatAreOver() {
        RunScript script = fan();
        answerAll(script, List.of("f1@1", "f2@2", "s1@1"));
        Run version = script.run;
        script.tell(new Command.Steer("stop", new Control.Cancel(null)));
        script.tell(new Command.Rollback("back", version, true));
        assertThat(script.run.callsUnderWay().keySet())
                .as("both tasks of the second superstep run again, and nothing of the third is left")
                .containsExactlyInAnyOrder("f2@4", "s2@4");
        answerAll(script, List.of("f2@4"));
        assertThat(input(script, "f3@5"))
                .as("all of a version is seen by what begins from it")
                .isEqualTo(RunScript.json("['f1@1', 's1@1', 'f2@4']"));
    }

    @Test
    void anUpdateInTheNameOfANodeGoesOnBesideTheOtherBranch() {
        RunScript script = fan();
        answerAll(script, List.of("f1@1", "f2@2"));
        script.reply("s1@1", AgentReply.permanent("http.400", "no"));
        script.tell(new Command.Answer("f3@3", 1, AgentReply.permanent("http.400", "no"), RetryPolicy.DEFAULT, 1, 0));
        script.tell(new Command.UpdateState(
                "instead",
                (com.fasterxml.jackson.databind.node.ObjectNode) RunScript.json("{'log': ['by hand']}"),
                "s1",
                null));
        assertThat(script.run.next()).containsExactlyInAnyOrder("f3", "s2");
        assertThat(script.run.state().get("log")).isEqualTo(RunScript.json("['f1@1', 'f2@2', 'by hand']"));
        script.tell(new Command.Steer("on", new Control.Unpause()));
        answerAll(script, List.of("f3@4", "s2@4", "s3@5", "end@6"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void pausesWithoutBeginningAnythingMore() {
        RunScript script = fan();
        answerAll(script, List.of("f1@1"));
        script.tell(new Command.Steer("pause", new Control.Pause()));
        answerAll(script, List.of("f2@2", "s1@1"));
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        script.tell(new Command.Steer("on", new Control.Unpause()));
        answerAll(script, List.of("f3@3", "s2@2", "s3@3", "end@4"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aDeferredNodeWaitsForAllAndSeesAll() {
        RunScript script = RunScript.started(
                FAN.replace(
                                "- { from: [f3, s3], to: end }",
                                "- { from: f1, to: end }\n" + "  - { from: f3, to: END }\n  - { from: s3, to: END }")
                        .replace("end: { agent: x }", "end: { agent: x, defer: true }"),
                "{'log': []}");
        answerAll(script, FAST);
        assertThat(script.run.next()).containsExactly("s1");
        answerAll(script, SLOW);
        assertThat(input(script, "end@4").toString()).contains("s3@3", "f3@3");
    }

    @Test
    void aLoopRunsItsRoundsBesideASlowNode() {
        RunScript script = RunScript.started("""
                graph: loop
                schedule: eager
                state: { n: { reducer: sum } }
                nodes: { round: { set: "{'n': 1}" }, slow: { agent: x } }
                edges:
                  - { from: START, to: [round, slow] }
                  - { from: round, when: "state.n < 50", to: round }
                  - { from: round, otherwise: true, to: END }
                  - { from: slow, to: END }
                """, "{}");
        assertThat(script.run.stateSoFar().get("n").asInt()).isEqualTo(50);
        script.answer("slow@1", "{'n': 7}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state().get("n").asInt()).isEqualTo(57);
    }

    @Test
    void aFanOutsTasksGoOnOneByOne() {
        RunScript script = RunScript.started("""
                graph: each
                schedule: eager
                state: { log: { reducer: append } }
                nodes: { plan: { set: "{}" }, slow: { agent: x }, part: { agent: x, goto: [done] }, done: { agent: x } }
                edges:
                  - { from: START, to: [plan, slow] }
                  - { from: plan, forEach: "[1, 2]", as: i, to: part }
                  - { from: slow, to: END }
                  - { from: part, to: END }
                  - { from: done, to: END }
                """, "{'log': []}");
        assertThat(script.run.callsUnderWay()).containsKeys("part@2.0", "part@2.1", "slow@1");
        script.reply("part@2.0", done("'first'"));
        assertThat(script.run.callsUnderWay()).containsKeys("done@3.0");
        script.reply("part@2.1", done("'second'"));
        assertThat(script.run.callsUnderWay()).containsKeys("done@3.1");
        assertThat(script.run.isCalling("slow@1", 1)).isTrue();
    }

    private static AgentReply done(String input) {
        return new AgentReply.Completed(
                RunScript.json("{}"), Usage.NONE, List.of(new Goto("done", RunScript.json(input), false)));
    }

    @Test
    void aNodeThatMayGoAnywhereMustSayWhere() {
        RunScript script = fan();
        script.reply("f1@1", new AgentReply.Completed(RunScript.json("{}"), Usage.NONE, List.of(Goto.node("end"))));
        answerAll(script, List.of("s1@1"));
        assertThat(script.run.error())
                .hasToString("RunError[type=bad-output, message=goto names end, and node f1 of"
                        + " graph fan, whose schedule is eager, does not say where it may go; add goto: [end] to the node,"
                        + " node=f1]");
    }

    @Test
    void writesThatDoNotGoTogetherFailTheRunAndWhatRanAheadOfThemRunsAgain() {
        RunScript script = RunScript.started(
                FAN.replace("log: { reducer: append }", "log: { reducer: append }, one: {}"), "{'log': []}");
        script.answer("f1@1", "{'one': 1}");
        answerAll(script, List.of("f2@2"));
        script.answer("s1@1", "{'one': 2}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(String.valueOf(script.run.error()))
                .contains("channel one takes one write in a superstep, but got 2, from f1 and s1");
        assertThat(script.stops).extracting(Effect.StopCall::task).containsExactly("f3@3");
        script.tell(new Command.Steer("again", new Control.Retry()));
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("f1@1", "s1@1");
        script.recover();
        answerAll(script, List.of("f1@1", "f2@2", "f3@3", "s1@1", "s2@2", "s3@3", "end@4"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void hasNoPlaceToStopBetweenSupersteps() {
        assertThatThrownBy(() -> RunScript.graph(FAN + "interruptBefore: [f2]\n"))
                .hasMessageContaining("interruptBefore: stops between two supersteps");
    }
}
