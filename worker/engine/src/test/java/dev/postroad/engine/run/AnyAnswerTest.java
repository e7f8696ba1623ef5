package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Answers;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.Graph;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Whatever agents answer, a run ends, or rests in a state from which commands bring it to its end. */
@NullMarked
final class AnyAnswerTest {
    private static final int SEEDS = Integer.getInteger("postroad.seeds", 1_000);
    private static final int MOST_STEPS = 2_000;
    private static final String INSIDE = """
            graph: inner
            state: { log: { reducer: append }, n: { default: 0 } }
            nodes:
              i: { agent: x }
              o: { agent: x, onError: i }
            edges:
              - { from: START, to: [i, o] }
              - { from: i, to: END }
              - { from: o, to: END }
            ---
            """;
    private static final Graph GRAPH = RunScript.nested(INSIDE + """
            graph: any
            state:
              log: { reducer: append }
              n: { default: 0 }
              chat: { reducer: messages }
              total: { reducer: sum }
              parts: { default: [1, 2] }
            nodes:
              a: { agent: x }
              b: { agent: x, onError: c }
              c: { agent: x }
              each: { agent: x, input: "{'part': part}" }
              inside: { graph: inner }
              ask: { interrupt: { ask: "'go on?'", timeout: PT1H, onTimeout: "yes" }, output: "{'log': [result]}" }
              late: { agent: x, defer: true, goto: [a, END] }
            edges:
              - { from: START, to: [a, inside] }
              - { from: a, when: "state.n > 3", to: b }
              - { from: a, otherwise: true, to: ask }
              - { from: a, forEach: state.parts, as: part, to: each }
              - { from: [each, inside], to: late }
              - { from: b, to: END }
              - { from: c, to: END }
              - { from: ask, to: END }
              - { from: late, to: END }
            limits: { stateBytes: 4096, supersteps: 40 }
            """);
    private static final List<String> OUTPUTS = List.of(
            "null",
            "{}",
            "[]",
            "[null]",
            "[[]]",
            "7",
            "'text'",
            "true",
            "{'lgo': 1}",
            "{'n': 'text'}",
            "{'n': null}",
            "{'n': 5}",
            "{'n': {'n': {}}}",
            "[{'n': 1}, {'n': 2}]",
            "{'log': null}",
            "{'log': 'x'}",
            "{'chat': 7}",
            "{'chat': [{'type': 'remove', 'id': 'nobody'}]}",
            "{'total': 'x'}",
            "{'total': 1e308}",
            "{'parts': null}",
            "{'parts': []}",
            "{'parts': 'abc'}",
            "{'parts': [[], {}, null]}",
            "{'log': {'$overwrite': 7}}",
            "{'log': {'$overwrite': []}}",
            "{'': {}}");

    @Test
    void leavesARunThatACommandCanRepair() {
        Map<RunStatus, Integer> rests = new EnumMap<>(RunStatus.class);
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try {
                RunScript script = RunScript.started(GRAPH, "{'log': []}");
                rest(script, random);
                rests.merge(script.run.status(), 1, Integer::sum);
                repair(script);
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
            }
        }
        assertThat(rests).containsKeys(RunStatus.FAILED, RunStatus.WAITING);
    }

    /** Answers anything until nobody is called. */
    private static void rest(RunScript script, SplittableRandom random) {
        for (int i = 0; i < MOST_STEPS && script.run.status() == RunStatus.RUNNING; i++) {
            step(script, random.nextInt(3) == 0 ? good() : any(random));
        }
        assertThat(script.run.status()).as("the run comes to rest").isNotEqualTo(RunStatus.RUNNING);
    }

    private static void step(RunScript script, AgentReply reply) {
        Effect.CallAgent call = script.calls.stream()
                .filter(candidate -> script.run.isCalling(candidate.task(), candidate.attempt()))
                .findFirst()
                .orElse(null);
        if (call == null) {
            script.wakeNext();
        } else {
            script.reply(call.task(), reply);
        }
    }

    private static AgentReply good() {
        return new AgentReply.Completed(JsonNodeFactory.instance.objectNode(), Usage.NONE);
    }

    private static AgentReply any(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> new AgentReply.Interrupted(output(random));
            case 1 -> new AgentReply.Sleeping(Duration.ofSeconds(random.nextLong()));
            case 2 -> new AgentReply.Faulted("", "x".repeat(random.nextInt(5_000)), random.nextBoolean(), null);
            case 3 -> new AgentReply.Faulted("http.503", "busy", true, Duration.ofSeconds(random.nextInt(-5, 5)));
            case 4 -> new AgentReply.Completed(output(random), new Usage(random.nextInt(9), 0), gotos(random));
            case 5 -> AgentReply.completed(tooLarge());
            default -> AgentReply.completed(output(random));
        };
    }

    private static JsonNode output(SplittableRandom random) {
        return RunScript.json(OUTPUTS.get(random.nextInt(OUTPUTS.size())));
    }

    private static List<Goto> gotos(SplittableRandom random) {
        String node = List.of("a", "nowhere", "END", "", "i").get(random.nextInt(5));
        return List.of(new Goto(node, random.nextBoolean() ? output(random) : null, random.nextInt(3) == 0));
    }

    private static JsonNode tooLarge() {
        return JsonNodeFactory.instance.objectNode().put("log", "x".repeat(5_000));
    }

    /** Tries again, answers what is asked, and where that is not enough corrects the state. */
    private static void repair(RunScript script) {
        for (int i = 0; i < MOST_STEPS && script.run.status() != RunStatus.COMPLETED; i++) {
            String command = "repair-" + i;
            switch (script.run.status()) {
                case RUNNING -> step(script, good());
                case WAITING ->
                    script.tell(
                            script.run.interrupts().isEmpty()
                                    ? new Command.WakeUp()
                                    : new Command.Resume(
                                            command,
                                            new Answers.Each(JsonNodeFactory.instance.textNode("yes")),
                                            null,
                                            AnswerSchemas.ANY,
                                            null,
                                            List.of()));
                case PAUSED -> script.tell(new Command.Steer(command, new Control.Unpause()));
                case FAILED ->
                    script.tell(i % 5 == 0 ? new Command.Steer(command, new Control.Retry()) : corrected(command));
                case QUEUED, COMPLETED, CANCELLED -> throw new AssertionError("it rests " + script.run.status());
            }
            if (script.run.status() == RunStatus.WAITING
                    && script.run.interrupts().isEmpty()) {
                script.wakeNext();
            }
        }
        assertThat(script.run.status()).as("%s", script.run.error()).isEqualTo(RunStatus.COMPLETED);
        assertThat(Run.fold("run-1", GRAPH, script.journal).state()).isEqualTo(script.run.state());
    }

    private static Command corrected(String command) {
        ObjectNode update = (ObjectNode) RunScript.json("{'n': 0, 'parts': [1], 'log': {'$overwrite': []}}");
        return new Command.UpdateState(command, update, "START", null);
    }
}
