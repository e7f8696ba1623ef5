package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.definition.NodeDefinition.ByInterrupt;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionsTest {
    private static final String AGENT = "agent: a\nkind: java\n";

    @Test
    void readsTheExampleOfEightAgents() throws Exception {
        List<Definition> definitions = Definitions.readAll(resource("/postroad/examples/product-launch.yaml"));
        assertThat(definitions)
                .extracting(Definition::registryKey)
                .containsExactly(
                        "graph/product-launch",
                        "agent/strategist",
                        "agent/researcher",
                        "agent/marketer",
                        "agent/copywriter",
                        "agent/designer",
                        "agent/seo",
                        "agent/reviewer",
                        "agent/publisher");
        GraphDefinition graph = (GraphDefinition) definitions.getFirst();
        assertThat(graph.nodes()).hasSize(8);
        assertThat(graph.edges()).anyMatch(edge -> edge.from().size() == 3);
    }

    @Test
    void systemPromptsOfTheExampleBeginWithTheRole() throws Exception {
        List<Definition> definitions = Definitions.readAll(resource("/postroad/examples/product-launch.yaml"));
        assertThat(definitions.subList(1, definitions.size()))
                .allSatisfy(agent -> assertThat(agent.source().path("system").textValue())
                        .startsWith("You are the " + agent.name() + " "));
    }

    @Test
    void promptsOfTheExampleAskForNothingThatTheNodeDoesNotGive() throws Exception {
        List<Definition> definitions = Definitions.readAll(resource("/postroad/examples/product-launch.yaml"));
        GraphDefinition graph = (GraphDefinition) definitions.getFirst();
        assertThat(definitions.subList(1, definitions.size())).allSatisfy(agent -> {
            String input =
                    Objects.requireNonNull(graph.nodes().get(agent.name())).input();
            String prompt = agent.source().path("prompt").textValue();
            assertThat(java.util.regex.Pattern.compile("\\{\\{(\\w+)}}")
                            .matcher(prompt)
                            .results()
                            .map(found -> "'" + found.group(1) + "':"))
                    .isNotEmpty()
                    .allSatisfy(field -> assertThat(input).contains(field));
        });
    }

    @Test
    void readsTheExampleWithoutAgents() throws Exception {
        List<Definition> definitions = Definitions.readAll(resource("/postroad/examples/hello.yaml"));
        assertThat(definitions).hasSize(1);
        assertThat(((GraphDefinition) definitions.getFirst()).nodes().values())
                .hasSize(2)
                .allMatch(node -> node.work() instanceof NodeDefinition.BySet);
    }

    @Test
    void readsJsonThatIsNoYaml() throws FaultsException {
        List<Definition> definitions =
                Definitions.readAll("{\n\t\"agent\": \"a\",\n\t\"kind\": \"java\",\n\t\"provider\": \"x\\/y\"\n}");
        assertThat(definitions.getFirst().source().path("provider").textValue()).isEqualTo("x/y");
    }

    @Test
    void readsYamlInBraces() throws FaultsException {
        assertThat(Definitions.readAll("{ agent: a, kind: java }\n---\n{ agent: b, kind: java }"))
                .hasSize(2);
    }

    @Test
    void passesOverEmptyDocuments() throws FaultsException {
        assertThat(Definitions.readAll("---\n---\n" + AGENT + "---\n# nothing\n"))
                .hasSize(1);
    }

    @Test
    void reportsAllFaultsOfAllDocumentsAtOnce() throws Exception {
        String text = resource("/faults/definitions.yaml");
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> Definitions.readAll(text));
        assertThat(refused).isNotNull();
        assertThat(refused.getMessage() + "\n").isEqualTo(resource("/faults/definitions.txt"));
        assertThat(refused.faults()).allSatisfy(fault -> {
            assertThat(fault.place()).isNotBlank();
            assertThat(fault.problem()).isNotBlank();
            assertThat(fault.remedy()).isNotBlank();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   \n", "# only a comment", "---\n---\n", "null"})
    void refusesNothing(String text) {
        assertThat(faults(text))
                .containsExactly(new Fault("", "there is no document", "write a graph, an agent or a schedule"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "- a\n- b", "7"})
    void refusesWhatIsNoObject(String text) {
        assertThat(faults(text)).singleElement().extracting(Fault::remedy).isEqualTo("write it as {…}");
    }

    @Test
    void refusesAliasesSinceTheyWouldBeReadAsTexts() {
        assertThat(faults("agent: a\nkind: java\nretry: &r { maxAttempts: 2 }\nprovider: *r\n"))
                .extracting(Fault::problem)
                .containsExactly("the text has a YAML alias in line 4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent: a\nagent: b\nkind: java",
                "{\"agent\":\"a\",\"agent\":\"b\",\"kind\":\"java\"}",
                "agent: [",
                "agent: a\n\tkind: java",
                "agent: \"a\\0\"\nkind: java",
                "agent: a\u0000\nkind: java",
                "agent: \"\\ud800\"\nkind: java",
                "graph: a\nstate: { x: { default: .inf } }\nnodes: { n: { set: '{}' } }\nedges: [{ from: START, to: n }]",
            })
    void refusesWhatCannotBeReadOrStored(String text) {
        assertThat(faults(text)).hasSize(1);
    }

    @Test
    void accepts100LevelsAndRefuses101() throws FaultsException {
        assertThat(Definitions.readAll(graphWithDefault(97))).hasSize(1);
        assertThat(faults(graphWithDefault(98))).hasSize(1);
    }

    @Test
    void takesAChannelThatSaysNothing() throws FaultsException {
        GraphDefinition graph = (GraphDefinition)
                Definitions.readAll(graphWithDefault(1).replaceAll("state: .*", "state:\n  x:\n  y: ~"))
                        .getFirst();
        assertThat(graph.channels().values())
                .containsExactly(
                        new ChannelDefinition("x", Reducer.LAST, null), new ChannelDefinition("y", Reducer.LAST, null));
    }

    @Test
    void readsWhatEachKindOfNodeDoes() throws FaultsException {
        assertThat(node("agent: a").work()).isEqualTo(new NodeDefinition.ByAgent("a"));
        assertThat(node("set: '{}'").work()).isEqualTo(new NodeDefinition.BySet("{}"));
        assertThat(node("interrupt: state.draft").work()).isEqualTo(new NodeDefinition.ByInterrupt("state.draft"));
        assertThat(node("sleep: duration('10m')").work()).isEqualTo(new NodeDefinition.BySleep("duration('10m')"));
        assertThat(node("graph: inner").work()).isEqualTo(new NodeDefinition.ByGraph("inner", null));
        assertThat(node("graph: inner, version: 2, input: state").work())
                .isEqualTo(new NodeDefinition.ByGraph("inner", 2));
    }

    @Test
    void readsWhoIsAskedForWhatAndForHowLong() throws FaultsException {
        ByInterrupt work = (ByInterrupt) node("interrupt: { ask: state.draft, assignee: state.owner,"
                        + " schema: { type: string }, timeout: P2D, onTimeout: 'no', remindEvery: PT4H }")
                .work();
        assertThat(work.expression()).isEqualTo("state.draft");
        assertThat(work.asking())
                .isEqualTo(new Asking(
                        JsonNodeFactory.instance.objectNode().put("type", "string"),
                        "state.owner",
                        Duration.ofDays(2),
                        JsonNodeFactory.instance.textNode("no"),
                        Duration.ofHours(4)));
    }

    @Test
    void saysWhatIsWrongWithHowAPersonIsAsked() {
        assertThatThrownBy(() ->
                        node("interrupt: { assignee: '', schema: 7, onTimeout: 'no', remindEvery: PT1S, who: x }"))
                .hasMessageContaining("interrupt.ask: is missing; say in CEL what the person is asked")
                .hasMessageContaining("interrupt.schema: must be an object, but is the number 7; write an object")
                .hasMessageContaining("interrupt.assignee: is blank or too long; use 1 to 200 characters")
                .hasMessageContaining(
                        "interrupt.onTimeout: stands without timeout; say with timeout how long the question stands")
                .hasMessageContaining("interrupt.remindEvery: is shorter than a minute; remind less often")
                .hasMessageContaining("interrupt.who: is no known field");
    }

    @Test
    void readsHowANodeWaitsFailsAndLeads() throws FaultsException {
        NodeDefinition plain = node("agent: a");
        assertThat(plain.defer()).isFalse();
        assertThat(plain.onError()).isNull();
        assertThat(plain.destinations()).isEmpty();
        NodeDefinition rich = node("agent: a, defer: true, onError: sorry, goto: [b, END]");
        assertThat(rich.defer()).isTrue();
        assertThat(rich.onError()).isEqualTo("sorry");
        assertThat(rich.destinations()).containsExactly("b", "END");
        assertThat(node("agent: a, goto: b").destinations()).containsExactly("b");
    }

    @Test
    void readsWhichErrorsAreTriedAgain() throws FaultsException {
        assertThat(node("agent: a").retry().on()).isNull();
        assertThat(node("agent: a, retry: { on: timeout }").retry().on()).containsExactly(ErrorPattern.of("timeout"));
        assertThat(node("agent: a, retry: { on: ['http.5*', 'message:busy'] }")
                        .retry()
                        .on())
                .containsExactly(ErrorPattern.of("http.5*"), ErrorPattern.of("message:busy"));
    }

    @Test
    void readsWhatBecomesOfARunWhoseAttemptsAreUsedUpInOrBesideRetry() throws FaultsException {
        assertThat(node("agent: a, retry: { maxAttempts: 2 }").retry().onExhausted())
                .isNull();
        for (String said : List.of(
                "retry: { onExhausted: pause }",
                "onExhausted: pause",
                "onExhausted: pause, retry: { onExhausted: pause, maxAttempts: 2 }")) {
            assertThat(node("agent: a, " + said).retry().onExhausted()).as(said).isEqualTo(OnExhausted.PAUSE);
        }
        String agent = "agent: a\nkind: java\nonExhausted: fail\nretry: { onExhausted: ";
        assertThat(((AgentDefinition) Definitions.readAll(agent + "fail }").getFirst())
                        .retry()
                        .onExhausted())
                .isEqualTo(OnExhausted.FAIL);
        assertThat(faults(agent + "pause }"))
                .extracting(Fault::toString)
                .containsExactly("onExhausted: is not what retry.onExhausted says; say it once");
        assertThat(faults(agent + "wait }")).hasSize(1);
    }

    @Test
    void refusesABreakerThatWouldWaitForMoreCallsThanItLooksAt() {
        String agent = "agent: a\nkind: http\nurl: http://127.0.0.1/\ncircuitBreaker: { minimumCalls: 50";
        assertThat(faults(agent + " }"))
                .extracting(Fault::toString)
                .containsExactly("circuitBreaker.minimumCalls: is more than the window of 20;"
                        + " so many calls are never looked at");
        assertThat(faults(agent + ", window: 40 }")).hasSize(1);
    }

    @Test
    void readsWhereEveryRunWaits() throws FaultsException {
        assertThat(graph("").interruptBefore()).isEqualTo(Interrupts.NONE);
        assertThat(graph("").interruptAfter()).isEqualTo(Interrupts.NONE);
        GraphDefinition waiting = graph("interruptBefore: all\ninterruptAfter: [n, m]\n");
        assertThat(waiting.interruptBefore()).isEqualTo(new Interrupts(true, Set.of()));
        assertThat(waiting.interruptAfter()).isEqualTo(new Interrupts(false, Set.of("n", "m")));
    }

    @Test
    void readsAnEdgeThatMakesATaskOfEachElement() throws FaultsException {
        List<EdgeDefinition> edges = graph(
                        "",
                        "{ from: a, forEach: state.list, to: n }",
                        "{ from: a, forEach: state.list, as: one, to: n }")
                .edges();
        assertThat(edges)
                .contains(
                        new EdgeDefinition(List.of("a"), List.of("n"), null, false, "state.list", null),
                        new EdgeDefinition(List.of("a"), List.of("n"), null, false, "state.list", "one"));
    }

    @Test
    void readsReducersByNameAndAsExpressions() throws FaultsException {
        assertThat(graph("state: { chat: { reducer: messages }, best: { reducer: 'old + new', default: 1 } }\n")
                        .channels()
                        .values())
                .containsExactly(
                        new ChannelDefinition("chat", Reducer.MESSAGES, null),
                        new ChannelDefinition("best", Reducer.EXPRESSION, IntNode.valueOf(1), "old + new"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"expression", "' '", "''", "sum-up", "MESSAGES"})
    void refusesAWordThatIsNoReducer(String reducer) {
        assertThat(faults(graphText("state: { x: { reducer: " + reducer + " } }\n")))
                .singleElement()
                .extracting(Fault::toString)
                .asString()
                .startsWith("state.x.reducer: is ")
                .endsWith("use one of append, last, max, merge, messages, min, sum, union,"
                        + " or a CEL expression over old and new");
    }

    @Test
    void refusesTheSameNameTwice() {
        assertThat(faults(AGENT + "---\n" + AGENT))
                .containsExactly(new Fault("document 2", "defines agent/a again", "keep one of the two"));
    }

    @Test
    void everyKindOfAgentHasSettings() throws FaultsException {
        for (AgentDefinition.Kind kind : AgentDefinition.Kind.values()) {
            String text = "agent: a\nkind: " + kind.publicName() + "\nurl: http://127.0.0.1:9000/x\n";
            if (kind == AgentDefinition.Kind.HTTP) {
                assertThat(Definitions.readAll(text)).hasSize(1);
            } else if (kind == AgentDefinition.Kind.MCP) {
                assertThat(Definitions.readAll(text + "tool: t\n")).hasSize(1);
            } else {
                assertThatThrownBy(() -> Definitions.readAll(text)).hasMessageContaining("url: is no known field");
            }
        }
    }

    private static NodeDefinition node(String fields) throws FaultsException {
        GraphDefinition graph = (GraphDefinition) Definitions.readAll("graph: g\nnodes: { n: { " + fields
                        + " } }\nedges: [{ from: START, to: n }, { from: n, to: END }]")
                .getFirst();
        return Objects.requireNonNull(graph.nodes().get("n"));
    }

    private static GraphDefinition graph(String lines, String... edges) throws FaultsException {
        return (GraphDefinition) Definitions.readAll(graphText(lines, edges)).getFirst();
    }

    private static String graphText(String lines, String... edges) {
        return "graph: g\n" + lines + "nodes: { n: { set: '{}' } }\nedges:\n  - { from: START, to: n }\n"
                + Arrays.stream(edges).map(edge -> "  - " + edge + "\n").collect(Collectors.joining());
    }

    /** The default lies three levels below the graph. */
    private static String graphWithDefault(int levels) {
        String deep = "[".repeat(levels) + "]".repeat(levels);
        return "graph: g\nstate: { x: { default: " + deep + " } }\nnodes: { n: { set: '{}' } }\n"
                + "edges: [{ from: START, to: n }, { from: n, to: END }]";
    }

    private static List<Fault> faults(String text) {
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> Definitions.readAll(text));
        assertThat(refused).as(text).isNotNull();
        return refused.faults();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(DefinitionsTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void tellsAllThatIsWrongWithPrices() {
        assertThatThrownBy(() -> Definitions.readAll("""
                price: not a model
                inputTokens: -1
                outputTokens: ten
                per: 0
                currency: EUR
                ---
                price: gpt-4o
                """))
                .isInstanceOfSatisfying(
                        FaultsException.class,
                        wrong -> assertThat(wrong.faults())
                                .extracting(Fault::toString)
                                .containsExactly(
                                        "document 1.currency: is no known field; use one of description, inputTokens, outputTokens, per, price",
                                        "document 1.price: is \"not a model\"; use the name of a model: 1 to 128 of A-Z a-z 0-9 . _ : / @ -, starting with a letter or digit",
                                        "document 1.per: must be a whole number from 1 to 1000000000, but is the number 0; write a whole number from 1 to 1000000000",
                                        "document 1.inputTokens: is no number from 0 to 1000000000 with at most 12 places; write what it costs, such as 2.50",
                                        "document 1.outputTokens: is no number from 0 to 1000000000 with at most 12 places; write what it costs, such as 2.50",
                                        "document 2: prices nothing; say what inputTokens and outputTokens cost, such as inputTokens: 2.50"));
    }

    @Test
    void tellsAllThatIsWrongWithTools() {
        assertThatThrownBy(() -> Definitions.readAll("""
                agent: helper
                kind: llm
                maxToolCalls: 0
                tools: [search, { agent: a, graph: b }, { agent: a, name: a.b, colour: red }]
                """))
                .isInstanceOfSatisfying(
                        FaultsException.class,
                        wrong -> assertThat(wrong.faults())
                                .extracting(Fault::toString)
                                .containsExactly(
                                        "maxToolCalls: must be a whole number from 1 to 1000, but is the number 0; write a whole number from 1 to 1000",
                                        "tools[1]: names neither an agent nor a graph, or both; say one of the two",
                                        "tools[2].colour: is no known field; use one of agent, description, graph, name, parameters, version",
                                        "tools[2].name: is \"a.b\"; use 1 to 64 of A-Z a-z 0-9 _ -"));
    }
}
