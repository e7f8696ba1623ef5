package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.Graph;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Runs that go on under another version of their graph. */
@NullMarked
class MigrationTest {
    private static final String FIRST = """
            graph: launch
            state: { log: { reducer: append }, note: { reducer: last } }
            nodes:
              a: { agent: x }
              b: { agent: x }
              ask: { interrupt: "{'ok': state.log}" }
              both: { agent: x }
            edges:
              - { from: START, to: [a, ask] }
              - { from: a, to: b }
              - { from: [b, ask], to: both }
              - { from: both, to: END }
            """;

    /** With other nodes before, a channel more, and another way on. */
    private static final String SECOND = """
            graph: launch
            state: { fresh: { reducer: last, default: 7 }, log: { reducer: append }, note: { reducer: last } }
            nodes:
              first: { agent: x }
              a: { agent: x }
              b: { agent: y }
              ask: { interrupt: "{'ok': state.log}" }
              both: { agent: x, input: "{'fresh': state.fresh}" }
              last: { agent: x }
            edges:
              - { from: START, to: first }
              - { from: first, to: [a, ask] }
              - { from: a, to: b }
              - { from: both, to: last }
              - { from: last, to: END }
              - { from: [b, ask], to: both }
            """;

    private static final String SERIAL = """
            graph: launch
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: x } }
            edges: [ { from: START, to: a }, { from: a, to: b }, { from: b, to: END } ]
            """;

    private static final String COUNTED =
            SERIAL.replace("state: {", "state: { tenant: { reducer: last }, user: { reducer: last },");

    private static final String INPUT = "{'tenant': 'acme', 'user': 'ada'}";

    private static final Graph SERIAL_TO = RunScript.graph("""
            graph: launch
            state: { fresh: { reducer: last, default: 7 }, log: { reducer: append } }
            nodes: { b: { agent: y }, a: { agent: y } }
            edges: [ { from: START, to: a }, { from: a, to: b }, { from: b, to: END } ]
            """, 2);

    private static final Graph TO = RunScript.graph(SECOND, 2);

    @Test
    void aWaitingRunGoesOnThereWithWhatItsJoinsHaveSeenAndItsOpenQuestion() {
        RunScript script = waiting();
        int version = script.run.version();

        script.tell(new Command.Migrate("m", TO));
        assertThat(script.types()).endsWith("run.migrated");
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.graph()).isSameAs(TO);
        assertThat(script.run.version()).isEqualTo(version + 1);
        assertThat(script.run.state().path("fresh").asInt()).isEqualTo(7);
        assertThat(script.run.interrupts()).hasSize(1);

        script.tell(new Command.Resume(
                "r", Map.of(script.run.interrupts().getFirst().id(), RunScript.json("{}")), null, List.of()));
        script.answer("b@2", "{'log': 'b'}");
        assertThat(script.calls.getLast().input()).isEqualTo(RunScript.json("{'fresh': 7}"));
        script.answer("both@3", "{}");
        script.answer("last@4", "{'log': 'last'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state().path("log")).isEqualTo(RunScript.json("['a', 'b', 'last']"));
        sameAsItsJournal(script, RunScript.graph(FIRST));
    }

    /** One task of the superstep is done, and the question of the other is open. */
    private static RunScript waiting() {
        RunScript script = RunScript.started(RunScript.graph(FIRST), "{}");
        script.answer("a@1", "{'log': 'a'}");
        return script;
    }

    @Test
    void aRunIsCountedByTheKeysOfItsNewVersion() {
        Graph byUser = RunScript.graph(COUNTED + """
                queue:
                  concurrency: [ { runs: 9 }, { key: input.user, runs: 1 } ]
                  rate: [ { key: run.id, runs: 1, per: PT1M } ]
                budget: { key: input.user, tokens: 5, per: P1D }
                """, 2);
        List<RunScript> scripts = List.of(
                RunScript.queued(COUNTED + "queue: { concurrency: [ { key: input.tenant, runs: 1 } ] }\n", INPUT),
                RunScript.started(COUNTED + "queue: { concurrency: [ { key: input.tenant, runs: 1 } ] }\n", INPUT));
        for (RunScript script : scripts) {
            script.tell(new Command.Migrate("m", byUser));
            if (script.run.graph().version() == 1) {
                script.answer("a@1", "{}");
            }
            assertThat(script.run.admission().place())
                    .isEqualTo(new QueuePlace(null, null, "ada", List.of("", "ada", "run-1")));
            assertThat(BudgetClaim.of(script.run)).isEqualTo(new BudgetClaim("launch", "ada", null));
            script.tell(new Command.Migrate("back", RunScript.graph(COUNTED, 3)));
            if (script.run.graph().version() == 2) {
                script.answer("b@2", "{}");
            }
            assertThat(script.run.admission().place()).isNull();
        }
    }

    @Test
    void aRunningOneGoesOnUntilItsSuperstepIsOver() {
        RunScript script = RunScript.started(RunScript.graph(SERIAL), "{}");
        script.tell(new Command.Migrate("m", SERIAL_TO));
        assertThat(script.types()).endsWith("run.migrating");
        assertThat(script.run.graph().version()).isEqualTo(1);
        script.answer("a@1", "{'log': 'a'}");
        assertThat(script.types()).endsWith("node.completed a@1", "run.migrated", "node.started b@2");
        assertThat(script.calls.getLast().agent()).isEqualTo("y");
        sameAsItsJournal(script, RunScript.graph(SERIAL));
    }

    @Test
    void whatIsAskedOfARunningOneIsAnsweredAtItsSuperstepWhereItHasNoPlace() {
        RunScript script = RunScript.started(RunScript.graph(SERIAL), "{}");
        script.tell(new Command.Migrate(
                "m",
                RunScript.graph(
                        SERIAL.replace("b: ", "c: ").replace("to: b", "to: c").replace("from: b", "from: c"), 2)));
        script.answer("a@1", "{}");
        assertThat(script.types()).endsWith("node.completed a@1", "command.rejected", "node.started b@2");
        assertThat(reason(script)).contains("it has no node b, and task b@2 is to run next");
        sameAsItsJournal(script, RunScript.graph(SERIAL));
    }

    @Test
    void whatComesToRestBeforeItsSuperstepIsOverIsMigratedThere() {
        RunScript script = RunScript.started(RunScript.graph(SERIAL), "{}");
        script.tell(new Command.Migrate("m", SERIAL_TO));
        script.reply("a@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.types()).endsWith("node.failed a@1", "run.failed", "run.migrated");
        script.tell(new Command.Steer("r", new Control.Retry()));
        script.answer("a@1", "{}");
        assertThat(script.calls.getLast().agent()).isEqualTo("y");
        sameAsItsJournal(script, RunScript.graph(SERIAL));
    }

    @Test
    void asksOnceOnly() {
        RunScript script = RunScript.started(RunScript.graph(FIRST), "{}");
        script.tell(new Command.Migrate("m", TO));
        script.tell(new Command.Migrate("n", TO));
        assertThat(script.types()).endsWith("command.rejected");
        assertThat(reason(script)).contains("is to go on under version 2 already");
    }

    @Test
    void aQueuedRunBeginsThere() {
        RunScript script = RunScript.queued(FIRST, "{'note': 'n'}");
        script.tell(new Command.Migrate("m", TO));
        assertThat(script.run.version()).isZero();
        script.tell(new Command.Start());
        assertThat(script.calls.getFirst().task()).isEqualTo("first@1");
        assertThat(script.run.graphVersionAt(1)).isEqualTo(1);
        assertThat(script.run.graphVersionAt(2)).isEqualTo(2);
        sameAsItsJournal(script, RunScript.graph(FIRST));
    }

    @Test
    void allThatHasNoPlaceIsSaidAtOnce() {
        RunScript script = waiting();
        script.tell(new Command.Migrate("m", RunScript.graph("""
                graph: launch
                state: { log: { reducer: sum } }
                nodes: { a: { agent: x }, ask: { agent: x } }
                edges: [ { from: START, to: a }, { from: a, to: ask }, { from: ask, to: END } ]
                """, 3)));
        assertThat(script.types()).endsWith("command.rejected");
        assertThat(reason(script))
                .contains("version 3 of graph launch cannot take the run over")
                .contains("channel log cannot take")
                .contains("what task a@1 wrote has no place")
                .contains("node ask is an agent there, and here an interrupt");
    }

    @Test
    void theQuestionThatIsOpenIsNotLost() {
        Run run = waiting().run;
        String asks = "interrupt: \"{'ok': state.log}\"";
        assertThat(Migration.faults(run, RunScript.graph(SECOND.replace(asks, "agent: x"), 2)))
                .containsExactly(
                        "node ask is an agent there, and here an interrupt, and the question of task ask@1 is open");
        assertThat(Migration.faults(run, RunScript.graph(FIRST.replace("ask", "question"), 2)))
                .containsExactly("it has no node ask, and the question of task ask@1 is open");
    }

    @Test
    void whatAJoinHasSeenIsNotLost() {
        String calls = FIRST.replace("interrupt: \"{'ok': state.log}\"", "agent: x");
        RunScript script = RunScript.started(RunScript.graph(calls), "{}");
        script.answer("ask@1", "{}");
        script.answer("a@1", "{}");
        Graph other = RunScript.graph(calls.replace("[b, ask]", "[a, ask]") + "  - { from: b, to: END }\n", 2);
        assertThat(Migration.faults(script.run, other))
                .containsExactly("the join of ask, b into both is not there, and ask came to it already");
    }

    @Test
    void aRunRollsBackToAStateOfTheFormerVersionWhereThatHasAPlace() {
        RunScript script = RunScript.started(RunScript.graph(SERIAL), "{}");
        Run first = script.run;
        script.answer("a@1", "{'log': 'a'}");
        script.tell(new Command.Steer("p", new Control.Pause()));
        script.answer("b@2", "{}");
        script.tell(new Command.Migrate("m", SERIAL_TO));
        script.tell(new Command.Rollback("r", first, false));
        assertThat(script.types()).endsWith("run.rolled-back");
        assertThat(script.run.graph()).isSameAs(SERIAL_TO);
        assertThat(script.run.state().path("fresh").asInt()).isEqualTo(7);
        sameAsItsJournal(script, RunScript.graph(SERIAL));
    }

    @Test
    void anInputThatWaitsIsNotLost() {
        RunScript script = RunScript.started(RunScript.graph(FIRST), "{}");
        script.tell(new Command.Steer(
                "c", new Control.Continue((ObjectNode) RunScript.json("{'note': 'n'}"), WhenBusy.ENQUEUE)));
        Graph without = RunScript.graph(SECOND.replace(", note: { reducer: last }", ""), 2);
        assertThat(Migration.faults(script.run, without))
                .singleElement()
                .asString()
                .contains("an input that waits");
    }

    @Test
    void aRunOfASingleAgentHasNoVersions() {
        Admission admission =
                Admission.ofAgent("x", RunScript.json("{}").deepCopy(), 0, null, Map.of(), new Origin("t", 0, 0));
        Run run = Decider.admit("r", Graph.ofAgent("x"), admission, RunScript.START)
                .run();
        assertThat(Migration.faults(run, TO)).containsExactly("the run is of a single agent, which has no versions");
    }

    private static String reason(RunScript script) {
        return script.journal.reversed().stream()
                .map(Event::body)
                .filter(EventBody.CommandRejected.class::isInstance)
                .map(body -> ((EventBody.CommandRejected) body).reason())
                .findFirst()
                .orElseThrow();
    }

    private static void sameAsItsJournal(RunScript script, Graph first) {
        Run folded = Run.fold("run-1", first, script.journal);
        assertThat(folded.root().snapshot()).isEqualTo(script.run.root().snapshot());
        assertThat(folded.migrations()).isEqualTo(script.run.migrations());
        assertThat(folded.status()).isEqualTo(script.run.status());
    }
}
