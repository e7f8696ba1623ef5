package dev.postroad.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.graph.Routes.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class GraphCompilerTest {

    @Test
    void reportsEveryKindOfFaultAtOnceEachWithItsPlaceAndARemedy() throws Exception {
        List<Fault> faults = faults(resource("/faults/graph.yaml"));
        assertThat(faults.stream().map(fault -> fault + "\n").collect(Collectors.joining()))
                .isEqualTo(resource("/faults/graph.txt"));
        assertThat(faults).doesNotHaveDuplicates().allSatisfy(fault -> {
            assertThat(fault.place()).isNotBlank();
            assertThat(fault.problem()).isNotBlank();
            assertThat(fault.remedy()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            { from: START, to: a }                            => nodes.a: has no way to END; add { from: a, to: END }
            { from: a, to: END }                              => nodes.a: cannot be reached from START; add an edge to it, or remove it
            { from: START, to: [a, b] }, { from: a, to: END } => edges[0].to: there is no node b; name one of a or END
            """)
    void aFaultAloneIsTheOnlyOneReported(String edges, String fault) {
        assertThat(faults("graph: g\nnodes: { a: { agent: x } }\nedges: [ " + edges + " ]"))
                .extracting(Fault::toString)
                .containsExactly(fault);
    }

    @Test
    void expressionsOfTheQueueAreJudgedEachAtItsPlace() {
        assertThat(faults("""
                graph: g
                nodes: { a: { agent: x } }
                edges: [{ from: START, to: a }, { from: a, to: END }]
                queue:
                  concurrency: [{ runs: 5 }, { key: state.tenant, runs: 1 }]
                  rate: { key: "input.", runs: 1, per: PT1S }
                  fairness: { key: input.tenant, weight: "1 +" }
                """))
                .extracting(Fault::place)
                .containsExactly("queue.concurrency[1].key", "queue.rate[0].key", "queue.fairness.weight");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            state.a.matches('^(?=.*[0-9])x')                => 1:16: matches: '^(?=.*[0-9])x' is no regular expression of RE2
            true || state.a.matches('(')                    => 1:24: matches: '(' is no regular expression of RE2
            duration('1 hour') < duration('2h')             => 1:9: duration: '1 hour' is no duration such as 90s
            timestamp('yesterday') < timestamp(0)           => 1:10: timestamp: 'yesterday' is no time
            timestamp(state.a).getHours('Mars/Olympus') > 1 => 1:28: getHours: there is no time zone 'Mars/Olympus'
            int('seven') == state.a                         => 1:4: int: 'seven' is no whole number of 64 bits
            state.a == 7 / 0                                => by zero
            """)
    void whatIsWrittenOutAndCanOnlyFailIsRefusedBeforeItIsPublished(String when, String flaw) throws Exception {
        GraphDefinition definition = definition("""
                graph: g
                state: { a: {} }
                nodes: { a: { agent: x } }
                edges:
                  - { from: START, when: "%s", to: a }
                  - { from: START, otherwise: true, to: END }
                  - { from: a, to: END }
                """.formatted(when));
        FaultsException refused = catchThrowableOfType(
                FaultsException.class, () -> GraphCompiler.checked(definition, Library.ofAgents(agent -> true)));
        assertThat(refused.faults())
                .singleElement()
                .asString()
                .startsWith("edges[0].when: can only fail: ")
                .contains(flaw);
        assertThat(GraphCompiler.compile(definition, 1, agent -> true).name())
                .as("what was published before")
                .isEqualTo("g");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'10m'", "''", "5", "'2030-01-01'", "'PT'"})
    void aSleepThatIsWrittenOutAndNoTimeIsRefusedBeforeItIsPublished(String sleep) throws Exception {
        GraphDefinition definition = definition(sleeping(sleep));
        FaultsException refused = catchThrowableOfType(
                FaultsException.class, () -> GraphCompiler.checked(definition, Library.ofAgents(agent -> true)));
        assertThat(refused.faults())
                .singleElement()
                .asString()
                .startsWith("nodes.nap.sleep: can only fail: ")
                .contains("neither a duration such as PT10M nor a time");
        assertThat(GraphCompiler.compile(definition, 1, agent -> true).name())
                .as("what was published before")
                .isEqualTo("g");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'PT10M'", "'-PT1S'", "'2030-01-01T00:00:00Z'", "state.a", "'PT' + state.a"})
    void anyOtherSleepMayBeRight(String sleep) throws Exception {
        assertThat(GraphCompiler.checked(definition(sleeping(sleep)), Library.ofAgents(agent -> true))
                        .name())
                .isEqualTo("g");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "when: \"'yes'\", to: a }, { from: START, otherwise: true | edges[0].when: can only fail: it gives a text; write what gives true or false",
                "when: \"1\", to: a }, { from: START, otherwise: true | edges[0].when: can only fail: it gives a number; write what gives true or false",
                "forEach: \"7\"   | edges[0].forEach: can only fail: it gives a number; write what gives a list",
                "when: \"size(state.log)\", to: a }, { from: START, otherwise: true | edges[0].when: can only fail: it gives a number; write what gives true or false",
                "forEach: \"{}\"  | edges[0].forEach: can only fail: it gives an object; write what gives a list",
                "forEach: \"state.log + 'x'\"  | edges[0].forEach: can only fail: it gives a text; write what gives a list"
            })
    void refusesEdgesThatCanOnlyFail(String edge, String problem) throws Exception {
        assertOnlyWhatIsPublishedIsTaken("""
                graph: g
                state: { log: {} }
                nodes: { a: { agent: x } }
                edges: [{ from: START, %s, to: a }, { from: a, to: END }]
                """.formatted(edge), problem);
    }

    private static void assertOnlyWhatIsPublishedIsTaken(String text, String problem) throws Exception {
        GraphDefinition graph = definition(text);
        assertThatThrownBy(() -> GraphCompiler.checked(graph, Library.ofAgents(agent -> true)))
                .hasMessageContaining(problem);
        assertThatCode(() -> GraphCompiler.compile(graph, 1, agent -> true)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "set: \"string(state.log)\" | nodes.a.set: can only fail: it gives a text; write what gives an object, or a list, or null",
                "agent: x, output: \"7\" | nodes.a.output: can only fail: it gives a number; write what gives an object, or a list, or null",
                "sleep: \"has(state.log)\" | nodes.a.sleep: can only fail: it gives true or false; write what gives a text",
                "interrupt: { ask: \"'ok?'\", assignee: \"['ada']\" } | nodes.a.interrupt.assignee: can only fail: it gives a list; write what gives a text, or null"
            })
    void refusesNodesThatCanOnlyFail(String node, String problem) throws Exception {
        assertOnlyWhatIsPublishedIsTaken("""
                graph: g
                state: { log: {} }
                nodes: { a: { %s } }
                edges: [{ from: START, to: a }, { from: a, to: END }]
                """.formatted(node), problem);
    }

    private static String sleeping(String sleep) {
        return """
                graph: g
                state: { a: { default: PT1S } }
                nodes: { nap: { sleep: "%s" } }
                edges: [{ from: START, to: nap }, { from: nap, to: END }]
                """.formatted(sleep);
    }

    @Test
    void warnsOfWhatIsProbablyNotMeant() throws Exception {
        assertThat(GraphCompiler.warnings(definition("""
                        graph: g
                        state: { a: {}, b: { default: 1 }, c: { reducer: sum }, d: {}, e: {}, f: { default: ~ } }
                        nodes:
                          a: { set: "{'a': state.b / 2, 'b': state.a + state.c + state.f}" }
                          b: { set: "{'a': int(state.b / 2) + (has(state.d) ? state.d : 0) + ('e' in state ? state.e : 0)}" }
                        edges: [{ from: START, to: a }, { from: a, to: b }, { from: b, to: END }]
                        """)))
                .extracting(Fault::toString)
                .containsExactly(
                        "nodes.a.set: / of two whole numbers drops the remainder, so that 7 / 2 is 3; write the number"
                                + " with a point, as in / 2.0, or int(… / 2) where that is meant",
                        "state: read without a default and without has(): a; a run that gets there before they are"
                                + " written fails; give them a default, or ask has(state.a) first");
    }

    /** Each run would have the empty key, and nobody would know why all wait for one another. */
    @Test
    void warnsOfKeysThatNoRunHas() throws Exception {
        assertThat(GraphCompiler.warnings(definition("""
                        graph: g
                        state: { tenant: {} }
                        queue:
                          concurrency: [{ key: input.tennant, runs: 2 }, { key: input.tenant, runs: 2 }]
                          fairness: { key: run.tags.team, weight: "run.wieght" }
                        budget: { key: "has(input.team) ? input.team : run.id", tokens: 5, per: P1D }
                        nodes: { a: { agent: x } }
                        edges: [{ from: START, to: a }, { from: a, to: END }]
                        """)))
                .extracting(fault -> fault.place() + ": " + fault.problem())
                .containsExactly(
                        "queue.concurrency[0].key: reads input.tennant, which no run has",
                        "queue.fairness.weight: reads run.wieght, which no run has",
                        "budget.key: reads input.team, which no run has");
    }

    private static GraphDefinition definition(String yaml) throws FaultsException {
        return (GraphDefinition) Definitions.readAll(yaml).getFirst();
    }

    @Test
    void aNodeIsReachedOnlyWhereAllSourcesOfItsJoinAre() {
        assertThat(faults("""
                        graph: g
                        nodes: { a: { agent: x }, lost: { agent: x }, joined: { agent: x } }
                        edges:
                          - { from: START, to: a }
                          - { from: [a, lost], to: joined }
                          - { from: joined, to: END }
                        """)).extracting(Fault::place).containsExactly("nodes.lost", "nodes.joined");
    }

    @Test
    void conditionsNeedNoOtherwiseBesideAnEdgeThatIsAlwaysTaken() throws Exception {
        assertThat(compiled("""
                graph: g
                state: { n: {} }
                nodes: { a: { agent: x } }
                edges:
                  - { from: START, to: a }
                  - { from: a, when: "state.n > 1", to: a }
                  - { from: a, to: END }
                """).routes()).containsOnlyKeys("a");
    }

    @Test
    void compilesTheExampleOfEightAgents() throws Exception {
        String text = resource("/postroad/examples/product-launch.yaml");
        Set<String> agents = Definitions.readAll(text).stream()
                .map(Definition::registryKey)
                .filter(key -> key.startsWith("agent/"))
                .map(key -> key.substring("agent/".length()))
                .collect(Collectors.toSet());
        Graph graph = GraphCompiler.compile(
                (GraphDefinition) Definitions.readAll(text).getFirst(), 3, agents::contains);

        assertThat(graph.name()).isEqualTo("product-launch");
        assertThat(graph.version()).isEqualTo(3);
        assertThat(graph.nodes()).hasSize(8).containsKeys("strategist", "publisher");
        assertThat(graph.entry().always()).containsExactly("strategist");
        assertThat(graph.joins())
                .extracting(Join::sources, Join::target)
                .containsExactly(
                        tuple(Set.of("researcher", "marketer"), "copywriter"),
                        tuple(Set.of("researcher", "marketer"), "designer"),
                        tuple(Set.of("researcher", "marketer"), "seo"),
                        tuple(Set.of("copywriter", "designer", "seo"), "reviewer"));
        assertThat(graph.joinsOf().get("seo")).containsExactly(graph.joins().getLast());
        Routes afterReview = Objects.requireNonNull(graph.routes().get("reviewer"));
        assertThat(afterReview.exits())
                .extracting(Exit::otherwise, Exit::targets)
                .containsExactly(
                        tuple(false, List.of("copywriter", "designer", "seo")), tuple(true, List.of("publisher")));
        assertThat(graph.routes().get("publisher")).as("END is left out").isEqualTo(Routes.NONE);
        assertThat(graph.limits().supersteps()).isEqualTo(20);
    }

    @Test
    void compilesTheExampleWithoutAgents() throws Exception {
        Graph graph = GraphCompiler.compile(
                (GraphDefinition) Definitions.readAll(resource("/postroad/examples/hello.yaml"))
                        .getFirst(),
                1,
                agent -> false);
        assertThat(graph.nodes().values()).extracting(Node::index).containsExactly(0, 1);
        assertThat(graph.nodes().values()).allMatch(node -> node.work() instanceof Node.BySet);
        assertThat(graph.initialState())
                .isEqualTo(Json.read("{\"name\": \"world\", \"loud\": false, \"greeting\": \"\"}"));
    }

    @Test
    void refusesWritesNamingEveryChannelThatCannotTakeThem() throws Exception {
        Graph graph = compiled("""
                graph: g
                state: { n: { reducer: sum }, facts: { reducer: merge } }
                nodes: { a: { agent: x } }
                edges: [ { from: START, to: a }, { from: a, to: END } ]
                """);
        assertThat(graph.refusal(Json.mapper().createObjectNode().put("n", 1))).isNull();
        assertThat(graph.refusal(Json.mapper()
                        .createObjectNode()
                        .put("n", "one")
                        .put("m", 2)
                        .put("facts", true)))
                .isEqualTo("channel n cannot take STRING: sum takes a number; "
                        + "there is no channel m in graph g; its channels are n, facts; "
                        + "channel facts cannot take BOOLEAN: merge takes an object");
    }

    private static Graph compiled(String yaml) throws FaultsException {
        return GraphCompiler.compile(
                (GraphDefinition) Definitions.readAll(yaml).getFirst(), 1, agent -> !agent.equals("nobody"));
    }

    private static List<Fault> faults(String yaml) {
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> compiled(yaml));
        assertThat(refused).as(yaml).isNotNull();
        return refused.faults();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(GraphCompilerTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
