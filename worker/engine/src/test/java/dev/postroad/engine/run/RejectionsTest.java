package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.run.EventBody.CommandRejected;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However many commands a run refuses, its journal stays small, and each is answered. */
class RejectionsTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final String GRAPH = """
            graph: g
            state: { n: { reducer: last } }
            nodes: { one: { set: "{'n': 1}" } }
            edges: [{ from: START, to: one }, { from: one, to: END }]
            """;

    private final RunScript script = RunScript.started(GRAPH, "{}");
    private final List<String> outside = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"c-", "postroad.control:3:", "8f14e45f-ceea-467f-a8a5-"})
    void aThousandOfOneTypeAreAFewEventsThatSayHowManyTheyAre(String prefix) {
        int before = script.journal.size();
        for (int i = 0; i < 3_000; i++) {
            cancel(prefix + i);
        }
        List<CommandRejected> listed = listed(before);
        assertThat(listed).hasSizeBetween(12, 24);
        assertThat(listed.subList(0, 10)).allMatch(rejected -> rejected.count() == 0);
        assertThat(listed.getLast().count()).isBetween(300, 30_000);
        assertThat(outside).hasSize(3_000 - listed.size());
    }

    @Test
    void whatIsReadBackCountsOnAndSoDoesARunThatIsReadBackForEachCommand() {
        for (int i = 0; i < 300; i++) {
            cancel("c-" + i);
            script.run = Run.fold(script.run.id(), script.run.graph(), script.journal);
        }
        assertThat(listed(0)).hasSizeLessThan(25);
        assertThat(outside).hasSizeGreaterThan(270);
    }

    @Test
    void eachTypeIsCountedByItselfAndAnewAfterACommandThatIsCarriedOut() {
        for (int i = 0; i < 12; i++) {
            cancel("c-" + i);
        }
        int before = script.journal.size();
        decide(new Command.Steer("r-1", new Control.Retry()));
        assertThat(listed(before)).hasSize(1);
        decide(new Command.Steer(
                "more",
                new Control.Continue(script.run.state().deepCopy(), dev.postroad.contracts.message.WhenBusy.REJECT)));
        assertThat(script.journal.get(script.journal.size() - 1).body().type())
                .isNotEqualTo(EventType.COMMAND_REJECTED);
        int afterwards = script.journal.size();
        for (int i = 0; i < 10; i++) {
            cancel("again-" + i);
        }
        assertThat(listed(afterwards)).hasSize(10);
    }

    private void cancel(String commandId) {
        decide(new Command.Steer(commandId, new Control.Cancel(null)));
    }

    private void decide(Command command) {
        Decision decision = Decider.decide(script.run, command, NOON.plusSeconds(1));
        script.run = decision.run();
        script.journal.addAll(decision.events());
        for (Effect effect : decision.effects()) {
            if (effect instanceof Effect.Reject(String ignored, String reason)) {
                outside.add(reason);
            }
        }
    }

    private List<CommandRejected> listed(int from) {
        return script.journal.subList(from, script.journal.size()).stream()
                .map(Event::body)
                .filter(CommandRejected.class::isInstance)
                .map(CommandRejected.class::cast)
                .toList();
    }
}
