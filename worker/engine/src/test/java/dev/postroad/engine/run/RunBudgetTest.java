package dev.postroad.engine.run;

import static dev.postroad.engine.run.RunScript.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the agents of a run may spend, where each run has the budget for itself. */
@NullMarked
class RunBudgetTest {
    private static final String CHAIN = """
            graph: chain
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: x }, c: { agent: x } }
            edges: [{ from: START, to: a }, { from: a, to: b }, { from: b, to: c }, { from: c, to: END }]
            """;

    private static AgentReply spending(long tokens, String cost) {
        return new AgentReply.Completed(json("{'log': 'x'}"), new Usage(tokens, 0, null, new BigDecimal(cost), null));
    }

    private static RunScript script(String budget) {
        return RunScript.started(CHAIN + "budget: { " + budget + " }\n", "{}");
    }

    private static String error(RunScript script) {
        return Objects.requireNonNull(script.run.error()).type();
    }

    @Test
    void noCallBeginsBeyondTheBudgetAndTheRunPausesAndGoesOnWithAsMuchAgainWhenAPersonLetsIt() {
        RunScript script = script("cost: 0.30");
        script.reply("a@1", spending(5, "0.10"));
        script.reply("b@2", spending(5, "0.20"));
        assertThat(script.types()).contains("budget.exceeded c@3", "run.paused");
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        assertThat(error(script)).isEqualTo(RunError.BUDGET);
        assertThat(script.calls).noneMatch(call -> call.node().equals("c"));
        script.tell(new Command.Steer("more", new Control.Unpause()));
        script.reply("c@3", spending(5, "0.10"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.spent()).isEqualTo(new Usage(15, 0, null, new BigDecimal("0.4"), null));
    }

    @Test
    void aRunFailsWhereItIsToAndWhatHappenedIsInItsJournal() {
        RunScript script = script("tokens: 10, onExceeded: fail");
        script.reply("a@1", spending(10, "0"));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(error(script)).isEqualTo(RunError.BUDGET);
        EventBody.BudgetExceeded exceeded = script.journal.stream()
                .filter(event -> event.body() instanceof EventBody.BudgetExceeded)
                .map(event -> (EventBody.BudgetExceeded) event.body())
                .findFirst()
                .orElseThrow();
        assertThat(exceeded.reason()).isEqualTo("the run's budget is used up: 10 of 10 tokens");
        assertThat(EventCodec.decode(exceeded.type(), EventCodec.tree(exceeded)))
                .isEqualTo(exceeded);
        script.recover();
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(script.run.spent().tokens()).isEqualTo(10);
    }

    @Test
    void aWarningIsGivenOnceAndTheRunGoesOn() {
        RunScript script = script("tokens: 10, onExceeded: warn");
        script.reply("a@1", spending(10, "0"));
        script.reply("b@2", spending(10, "0"));
        script.reply("c@3", spending(10, "0"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.types())
                .filteredOn(type -> type.startsWith("budget.exceeded"))
                .hasSize(1);
        EventBody.RunCompleted completed =
                (EventBody.RunCompleted) script.journal.getLast().body();
        assertThat(completed.usage().tokens()).isEqualTo(30);
    }

    @Test
    void whatWasSpentSurvivesASnapshot() {
        RunScript script = script("cost: 5");
        script.reply("a@1", spending(7, "0.25"));
        Run back = RunCodec.run(
                script.run.id(), script.run.graph(), version -> script.run.graph(), RunCodec.tree(script.run));
        assertThat(back.spent()).isEqualTo(script.run.spent());
    }

    private static final Usage USED = new Usage(4, 1, "m-1", new BigDecimal("0.25"), "stop");

    @Test
    void whatAttemptsUsedThatFailedIsSpentToo() {
        RunScript script = script("cost: 0.60, onExceeded: fail");
        script.reply("a@1", new AgentReply.Faulted("llm.500", "broke", true, null, USED));
        assertThat(script.run.spent()).isEqualTo(USED.plus(Usage.NONE));
        script.tell(new Command.RetryDue("a@1", 2));
        script.reply("a@1", new AgentReply.Completed(json("'no object'"), USED));
        assertThat(script.types()).contains("node.failed a@1");
        assertThat(script.run.spent().tokens()).isEqualTo(10);
        assertThat(script.run.spent().cost()).isEqualByComparingTo("0.5");
        script.recover();
        assertThat(script.run.spent().tokens()).isEqualTo(10);
    }

    @Test
    void noAttemptBeginsBeyondWhatFailedOnesUsed() {
        RunScript script = script("tokens: 5, onExceeded: fail");
        script.reply("a@1", new AgentReply.Faulted("llm.500", "broke", true, null, USED));
        script.tell(new Command.RetryDue("a@1", 2));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(error(script)).isEqualTo(RunError.BUDGET);
        assertThat(script.calls).hasSize(1);
    }

    @Test
    void whatWasUsedToAskOrToWaitIsSpentToo() {
        RunScript script = script("tokens: 500");
        script.reply("a@1", new AgentReply.Sleeping(Duration.ofSeconds(1), USED));
        assertThat(script.run.spent().tokens()).isEqualTo(5);
        RunScript asking = script("tokens: 500");
        asking.reply("a@1", new AgentReply.Interrupted(json("'sure?'")).using(USED));
        assertThat(asking.run.spent().tokens()).isEqualTo(5);
        for (RunScript each : List.of(script, asking)) {
            EventBody waiting = each.journal.stream()
                    .map(Event::body)
                    .filter(EventBody.NodeWaiting.class::isInstance)
                    .findFirst()
                    .orElseThrow();
            assertThat(EventCodec.decode(waiting.type(), EventCodec.tree(waiting)))
                    .isEqualTo(waiting);
        }
    }

    @Test
    void aCallThatIsFoundBeyondASharedBudgetPausesItsRunWithoutHavingBegun() {
        RunScript script = script("key: input.tenant, per: P1D, tokens: 10");
        Effect.CallAgent call = script.calls.getFirst();
        assertThat(call.budget()).isEqualTo(new BudgetClaim("chain", "", null));
        script.tell(new Command.OverBudget(
                call.task(),
                call.attempt(),
                Objects.requireNonNull(Overspending.of(
                        "chain", "", Objects.requireNonNull(script.run.graph().budget()), new Usage(10, 0)))));
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        script.tell(new Command.Steer("budget:9", new Control.Unpause()));
        assertThat(script.calls).hasSize(2);
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
    }
}
