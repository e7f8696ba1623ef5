package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** How an agent calls tools, each of which is a task of its own. */
@NullMarked
class ToolRoundTest {
    private static final String GRAPH = """
            graph: helped
            state: { text: { reducer: last } }
            nodes: { ask: { agent: model } }
            edges: [ { from: START, to: ask }, { from: ask, to: END } ]
            """;

    @Test
    void eachCallIsATaskAndTheAgentGoesOnWithAllTheirAnswersInTheOrderOfTheCalls() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply(
                "ask@1", calling(call("1", "weather", "{'city': 'Bern'}"), call("2", "weather", "{'city': 'Rome'}")));
        assertThat(script.calls)
                .extracting(call -> call.task() + " " + call.agent() + " " + call.input())
                .endsWith(
                        "ask@1/weather@1.0 agent-of-weather {\"city\":\"Bern\"}",
                        "ask@1/weather@1.1 agent-of-weather {\"city\":\"Rome\"}");
        script.answer("ask@1/weather@1.1", "'hot'");
        script.answer("ask@1/weather@1.0", "null");
        assertThat(script.types())
                .endsWith(
                        "node.started ask@1",
                        "node.calling ask@1",
                        "node.started ask@1/weather@1.0",
                        "node.started ask@1/weather@1.1",
                        "node.completed ask@1/weather@1.1",
                        "node.completed ask@1/weather@1.0",
                        "node.started ask@1");
        Effect.CallAgent again = script.calls.getLast();
        assertThat(again.task()).isEqualTo("ask@1");
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.answers()).containsExactly(RunScript.json("""
                {'said': 'let me see', 'calls': [
                    {'id': '1', 'tool': 'weather', 'agent': 'agent-of-weather', 'input': {'city': 'Bern'}, 'output': null},
                    {'id': '2', 'tool': 'weather', 'agent': 'agent-of-weather', 'input': {'city': 'Rome'}, 'output': 'hot'}]}
                """));
        script.answer("ask@1", "{'text': 'rain'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'text': 'rain'}"));
        assertThat(script.run.spent().inputTokens())
                .as("of the round, for the answer used none")
                .isEqualTo(7);
    }

    @Test
    void aFailureIsAnAnswerOnceTheAttemptsOfTheToolAreUsedUp() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(call("1", "weather", "{}"), refused("2")));
        script.reply("ask@1/weather@1.0", AgentReply.retryable("http.503", "busy"));
        assertThat(script.types()).endsWith("node.retrying ask@1/weather@1.0");
        script.wakeNext();
        script.reply("ask@1/weather@1.0", AgentReply.permanent("http.400", "no such city"));
        assertThat(script.calls.getLast().answers().getFirst().path("calls").toString())
                .contains("\"error\":{\"type\":\"http.400\",\"message\":\"no such city\"}")
                .contains("\"error\":{\"type\":\"tool.unknown\",\"message\":\"no such tool\"}");
    }

    @Test
    void whereNoCallCanBeMadeTheAgentIsToldAtOnce() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(refused("1")));
        assertThat(script.types()).endsWith("node.calling ask@1", "node.started ask@1");
        assertThat(script.calls.getLast().attempt()).isEqualTo(2);
    }

    @Test
    void whoTakesTheRunUpRepeatsNoCallThatHasAnswered() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(call("1", "weather", "{}"), call("2", "time", "{}")));
        script.answer("ask@1/weather@1.0", "'rain'");
        script.recover();
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("ask@1/time@1.1");
        script.answer("ask@1/time@1.1", "'noon'");
        script.recover();
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("ask@1");
        assertThat(script.calls.getFirst().answers().toString()).contains("rain", "noon");
    }

    @Test
    void anAttemptOfTheAgentThatFailsAfterARoundKeepsTheRound() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(call("1", "weather", "{}")));
        script.answer("ask@1/weather@1.0", "'rain'");
        script.reply("ask@1", AgentReply.retryable("llm.503", "busy"));
        script.wakeNext();
        assertThat(script.calls.getLast().attempt()).isEqualTo(3);
        assertThat(script.calls.getLast().answers().toString()).contains("rain");
        script.reply("ask@1", calling(call("1", "weather", "{}")));
        assertThat(script.calls.getLast().task()).isEqualTo("ask@1/weather@2.0");
    }

    @Test
    void aToolMayAskAPerson() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(call("1", "approve", "{}")));
        script.reply("ask@1/approve@1.0", new AgentReply.Interrupted(RunScript.json("'may I?'")));
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.interrupts()).hasSize(1);
        script.tell(new Command.Resume("c1", Map.of("", RunScript.json("true")), null, List.of()));
        script.answer("ask@1/approve@1.0", "'granted'");
        assertThat(script.calls.getLast().answers().toString()).contains("granted");
    }

    @Test
    void whatNoJournalCanHoldIsRefusedWhereverItStands() {
        String nul = "a\0b";
        for (AgentReply reply : List.of(
                calling(call(nul, "weather", "{}")),
                calling(new ToolCall("1", "weather", new ToolCall.OfAgent("weather"), new TextNode(nul))),
                calling(new ToolCall("1", "weather", new ToolCall.Refused("no", nul), RunScript.json("{}"))),
                new AgentReply.CallingTools(new TextNode(nul), List.of(call("1", "weather", "{}")), new Usage(7, 0)))) {
            RunScript script = RunScript.started(GRAPH, "{}");
            script.reply("ask@1", reply);
            assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
            assertThat(Objects.requireNonNull(script.run.error()).message()).contains("0000");
            assertThat(script.run.spent().inputTokens()).isEqualTo(7);
        }
    }

    @Test
    void aRunThatMovesToAnotherVersionKeepsItsRoundsAndGoesByTheLimitsOfThat() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(call("1", "model", "{}"), call("2", "weather", "{}")));
        script.answer("ask@1/weather@1.1", "'rain'");
        script.reply("ask@1/model@1.0", calling(call("1", "approve", "{}"), call("2", "time", "{}")));
        script.answer("ask@1/model@1.0/time@1.1", "'noon'");
        script.reply("ask@1/model@1.0/approve@1.0", new AgentReply.Interrupted(RunScript.json("'may I?'")));
        script.tell(new Command.Migrate("c1", RunScript.graph(GRAPH + "limits: { concurrency: 1 }\n", 2)));
        assertThat(script.types()).endsWith("run.migrated");
        Graph inside = script.run.root().holding("ask@1/model@1.0/time@1.1").graph();
        assertThat(inside.version()).isEqualTo(2);
        assertThat(inside.limits().concurrency()).isEqualTo(1);
        assertThat(Run.fold(script.run.id(), RunScript.graph(GRAPH), script.journal)
                        .root())
                .isEqualTo(script.run.root());
        script.tell(new Command.Resume("c2", Map.of("", RunScript.json("true")), null, List.of()));
        script.answer("ask@1/model@1.0/approve@1.0", "'granted'");
        assertThat(script.calls.getLast().answers().toString()).contains("granted", "noon");
        script.answer("ask@1/model@1.0", "'all'");
        assertThat(script.calls.getLast().answers().toString()).contains("all", "rain");
    }

    @Test
    void aCancelStopsTheToolsAndARetryCallsThoseAgainThatHadNotAnswered() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("ask@1", calling(call("1", "weather", "{}"), call("2", "time", "{}")));
        script.answer("ask@1/weather@1.0", "'rain'");
        script.tell(new Command.Steer("c1", new Control.Cancel("enough")));
        assertThat(script.stops).extracting(Effect.StopCall::task).containsExactly("ask@1/time@1.1");
        assertThat(script.types()).endsWith("node.cancelled ask@1/time@1.1", "run.cancelled");
        script.tell(new Command.Steer("c2", new Control.Retry()));
        assertThat(script.calls.getLast().task()).isEqualTo("ask@1/time@1.1");
        script.answer("ask@1/time@1.1", "'noon'");
        assertThat(script.calls.getLast().answers().toString()).contains("rain", "noon");
    }

    @Test
    void aGraphIsGivenTheInputAsItsChannelsAndAnswersWithItsState() {
        Graph inner = RunScript.graph("""
                graph: inner
                state: { city: { reducer: last }, seen: { reducer: append } }
                nodes: { look: { agent: looker, output: "{'seen': result}" }, again: { set: "{'seen': 'twice'}" } }
                edges: [ { from: START, to: look }, { from: look, to: again }, { from: again, to: END } ]
                """);
        RunScript script = RunScript.started(GRAPH, "{}");
        ToolTask graph = new ToolTask(
                new ToolCall("1", "inner", new ToolCall.OfGraph("inner", 1), RunScript.json("{'city': 'Bern'}")),
                inner);
        script.tell(new Command.CallTools("ask@1", 1, RunScript.json("null"), List.of(graph), Usage.NONE, 1));
        assertThat(script.calls.getLast().input()).isEqualTo(RunScript.json("{'city': 'Bern', 'seen': []}"));
        script.answer("ask@1/inner@1.0/look@1", "'rain'");
        assertThat(script.calls.getLast().answers().getFirst().at("/calls/0/output"))
                .isEqualTo(RunScript.json("{'city': 'Bern', 'seen': ['rain', 'twice']}"));
    }

    @Test
    void aGraphThatFailsIsAnAnswerToo() {
        Graph inner = RunScript.graph("""
                graph: inner
                nodes: { look: { agent: looker } }
                edges: [ { from: START, to: look }, { from: look, to: END } ]
                """);
        RunScript script = RunScript.started(GRAPH, "{}");
        ToolTask graph =
                new ToolTask(new ToolCall("1", "inner", new ToolCall.OfGraph("inner", 1), RunScript.json("{}")), inner);
        ToolTask misfit = new ToolTask(
                new ToolCall("2", "inner", new ToolCall.OfGraph("inner", 1), RunScript.json("{'what': 1}")), inner);
        script.tell(new Command.CallTools("ask@1", 1, RunScript.json("null"), List.of(graph, misfit), Usage.NONE, 1));
        script.reply("ask@1/inner@1.0/look@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(script.calls
                        .getLast()
                        .answers()
                        .getFirst()
                        .at("/calls/0/error/type")
                        .asText())
                .isEqualTo("http.400");
        assertThat(script.calls
                        .getLast()
                        .answers()
                        .getFirst()
                        .at("/calls/1/error/message")
                        .asText())
                .contains("there is no channel what");
    }

    @Test
    void theTokensOfARunBoundItsRounds() {
        RunScript script = RunScript.started(GRAPH + "limits: { tokens: 10 }\n", "{}");
        script.reply("ask@1", calling(call("1", "weather", "{}")));
        script.answer("ask@1/weather@1.0", "'rain'");
        script.reply("ask@1", calling(call("1", "weather", "{}")));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()).type()).isEqualTo("token-limit");
        script.tell(new Command.Steer("c1", new Control.Retry()));
        assertThat(script.calls.getLast().task()).isEqualTo("ask@1/weather@2.0");
    }

    @Test
    void toolsThatCallToolsAreBounded() {
        RunScript script = RunScript.started(GRAPH, "{}");
        String task = "ask@1";
        for (int depth = 0; depth < Graph.MAX_DEPTH; depth++) {
            script.reply(task, calling(call("1", "model", "{}")));
            task += "/model@1.0";
            assertThat(script.calls.getLast().task()).isEqualTo(task);
        }
        script.reply(task, calling(call("1", "model", "{}")));
        String around = task.substring(0, task.lastIndexOf('/'));
        assertThat(script.calls.getLast().task()).isEqualTo(around);
        assertThat(script.calls.getLast().answers().toString()).contains("tool-depth");
    }

    private static AgentReply calling(ToolCall... calls) {
        return new AgentReply.CallingTools(RunScript.json("'let me see'"), Arrays.asList(calls), new Usage(7, 0));
    }

    private static ToolCall call(String id, String tool, String input) {
        JsonNode given = RunScript.json(input);
        return new ToolCall(id, tool, new ToolCall.OfAgent("agent-of-" + tool), given);
    }

    private static ToolCall refused(String id) {
        return new ToolCall(id, "wheather", new ToolCall.Refused("tool.unknown", "no such tool"), RunScript.json("{}"));
    }
}
