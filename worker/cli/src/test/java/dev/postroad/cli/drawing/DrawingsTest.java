package dev.postroad.cli.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.drawing.LineTracer.Pair;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.drawing.Sketch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
final class DrawingsTest {
    private static final int COLUMNS = 100;
    private static final int SEEDS = 400;

    @ParameterizedTest
    @CsvSource({"postroad/examples/product-launch", "postroad/examples/hello", "drawings/all-kinds"})
    void drawsAsItWasFoundReadable(String name) throws IOException, FaultsException {
        GraphDefinition graph = RandomGraphs.of(resource(name + ".yaml"));
        String golden = "drawings/" + graph.name();
        assertThat(Drawings.picture(graph, Pen.LINES, COLUMNS)).isEqualTo(resource(golden + ".txt"));
        assertThat(Drawings.picture(graph, Pen.ASCII, COLUMNS)).isEqualTo(resource(golden + ".ascii.txt"));
        assertThat(Drawings.mermaid(graph)).isEqualTo(resource(golden + ".mmd"));
        assertThat(Drawings.dot(graph)).isEqualTo(resource(golden + ".dot"));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theLinesOfAPictureLeadFromWhereToWhereTheEdgesDo(int seed) throws FaultsException {
        GraphDefinition graph = RandomGraphs.ofSeed(seed);
        Picture picture = Picture.of(Sketch.of(graph), Pen.LINES, 60);
        String text = String.join("\n", picture.lines());
        assertThat(text).contains(graph.nodes().keySet());
        assertThat(throughJoins(new LineTracer(picture).pairs(), id -> id.startsWith("join ")))
                .as(text)
                .isEqualTo(edges(graph));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyLinkThatHasALabelIsInTheLegend(int seed) throws FaultsException {
        GraphDefinition graph = RandomGraphs.ofSeed(seed);
        Picture picture = Picture.of(Sketch.of(graph), Pen.LINES, 60);
        String text = String.join("\n", picture.lines());
        String legend = Legend.of(picture, Pen.LINES);
        for (Net.Labelled labelled : picture.links()) {
            assertThat(text).contains(labelled.label());
            if (!labelled.label().isEmpty()) {
                assertThat(legend)
                        .contains(labelled.label() + "  " + labelled.link().from() + " → "
                                + String.join(", ", labelled.link().to()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mermaidAndGraphvizGetEveryNodeAndEveryEdge(int seed) throws FaultsException {
        GraphDefinition graph = RandomGraphs.ofSeed(seed);
        Set<String> nodes = new HashSet<>(graph.nodes().keySet());
        nodes.addAll(Set.of(EdgeDefinition.START, EdgeDefinition.END));

        Map<String, String> titles = new HashMap<>();
        String mermaid = Drawings.mermaid(graph);
        found(" {4}(n\\d+)[(\\[{]+\"(.*?)(<br/>.*)?\"[)\\]}]+", mermaid)
                .forEach(match -> titles.put(match.group(1), match.group(2)));
        Set<Pair> drawn = found(" {4}(n\\d+) -[.-]*>(?:\\|\"[^\"|]*\"\\|)? (n\\d+)", mermaid)
                .map(match -> new Pair(match.group(1), match.group(2)))
                .collect(Collectors.toSet());
        Set<Pair> named = throughJoins(
                        drawn, id -> String.valueOf(titles.get(id)).startsWith("all "))
                .stream()
                .map(pair -> new Pair(
                        Objects.requireNonNull(titles.get(pair.from())), Objects.requireNonNull(titles.get(pair.to()))))
                .collect(Collectors.toSet());
        assertThat(titles.values()).containsAll(nodes);
        assertThat(named).isEqualTo(edges(graph));

        String dot = Drawings.dot(graph);
        assertThat(found(" {4}\"([^\"]+)\" \\[label=.*;", dot).map(match -> match.group(1)))
                .containsAll(nodes);
        Set<Pair> ofDot = found(" {4}\"([^\"]+)\" -> \"([^\"]+)\".*;", dot)
                .map(match -> new Pair(match.group(1), match.group(2)))
                .collect(Collectors.toSet());
        assertThat(throughJoins(ofDot, id -> id.startsWith("join "))).isEqualTo(edges(graph));
    }

    @Test
    void asciiHasNoOtherCharactersAndTheSameLines() throws IOException, FaultsException {
        GraphDefinition graph = RandomGraphs.of(resource("drawings/all-kinds.yaml"));
        Picture ascii = Picture.of(Sketch.of(graph), Pen.ASCII, COLUMNS);
        Picture other = Picture.of(Sketch.of(graph), Pen.LINES, COLUMNS);
        assertThat(Drawings.picture(graph, Pen.ASCII, COLUMNS)).matches("\\p{ASCII}*");
        assertThat(shape(ascii)).isEqualTo(shape(other));
    }

    @Test
    void drawsAGraphOfOneNode() throws FaultsException {
        GraphDefinition graph = RandomGraphs.of("""
                graph: one
                nodes: { only: { agent: a } }
                edges: [ { from: START, to: only }, { from: only, to: END } ]
                """);
        assertThat(Drawings.picture(graph, Pen.LINES, COLUMNS)).isEqualTo("""
                 ( START )
                     ▼
                ┌─────────┐
                │  only   │
                │ agent a │
                └────┬────┘
                     ▼
                  ( END )
                """);
    }

    @Test
    void keepsAWideFanWithinTheColumns() throws IOException, FaultsException {
        String workers =
                IntStream.range(0, 12).mapToObj(i -> "worker-" + i).collect(Collectors.joining(", ", "[", "]"));
        StringBuilder yaml = new StringBuilder("graph: fan\nnodes:\n  sum: { agent: a }\n");
        IntStream.range(0, 12).forEach(i -> yaml.append("  worker-" + i + ": { agent: helper }\n"));
        yaml.append("edges:\n  - { from: START, to: " + workers + " }\n");
        yaml.append("  - { from: " + workers + ", to: sum }\n  - { from: sum, to: END }\n");
        String picture = Drawings.picture(RandomGraphs.of(yaml.toString()), Pen.LINES, COLUMNS);
        assertThat(picture.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(COLUMNS + 10));
        assertThat(picture).isEqualTo(resource("drawings/fan.txt"));
    }

    @Test
    void writesLongNamesInFull() throws FaultsException {
        String node = "n" + "o".repeat(62) + "1";
        String agent = "a" + "g".repeat(62) + "1";
        GraphDefinition graph = RandomGraphs.of("graph: g\nnodes: { " + node + ": { agent: " + agent + " } }\n"
                + "edges: [ { from: START, to: " + node + " }, { from: " + node + ", to: END } ]");
        assertThat(Drawings.picture(graph, Pen.LINES, 40))
                .contains("│    " + node + "    │", "│ agent " + agent + " │");
    }

    @Test
    void drawsNodesThatAreNamedButNotDefined() throws FaultsException {
        GraphDefinition graph =
                RandomGraphs.of("graph: g\nnodes: { a: { agent: b } }\nedges: [ { from: START, to: lost } ]");
        assertThat(Drawings.picture(graph, Pen.LINES, COLUMNS)).contains("lost", "not defined");
    }

    @Test
    void noExpressionCanEndALabel() throws FaultsException {
        GraphDefinition graph = RandomGraphs.of("""
                graph: g
                nodes: { end: { agent: a }, subgraph: { agent: b } }
                edges:
                  - { from: START, to: end }
                  - { from: end, when: 'state.x == "a\\b" && state.y[0] < 1 | "#quot;" != `c`', to: subgraph }
                  - { from: subgraph, when: "true\\n  || false", to: END }
                """);
        assertThat(Drawings.mermaid(graph))
                .contains("n1[\"end<br/>agent a\"]")
                .contains("|\"when state.x == #34;a#92;b#34; #38;#38; state.y#91;0#93; #60; 1 #124;"
                        + " #34;#35;quot#59;#34; != #96;c#96;\"|")
                .contains("|\"when true #124;#124; false\"|");
        assertThat(Drawings.dot(graph))
                .contains(
                        "[label=\"when state.x == \\\"a\\\\b\\\" &amp;&amp; state.y[0] < 1 | \\\"#quot;\\\" != `c`\"]")
                .contains("[label=\"when true || false\"]");
    }

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    private static Set<Pair> edges(GraphDefinition graph) {
        Set<Pair> edges = new HashSet<>();
        graph.edges()
                .forEach(edge -> edge.from().forEach(from -> edge.to().forEach(to -> edges.add(new Pair(from, to)))));
        graph.nodes().values().forEach(node -> {
            node.destinations().forEach(to -> edges.add(new Pair(node.name(), to)));
            if (node.onError() != null) {
                edges.add(new Pair(node.name(), node.onError()));
            }
        });
        return edges;
    }

    private static Set<Pair> throughJoins(Set<Pair> pairs, Predicate<String> isJoin) {
        Set<Pair> through = new HashSet<>();
        for (Pair pair : pairs) {
            if (isJoin.test(pair.to())) {
                pairs.stream()
                        .filter(onward -> onward.from().equals(pair.to()))
                        .forEach(onward -> through.add(new Pair(pair.from(), onward.to())));
            } else if (!isJoin.test(pair.from())) {
                through.add(pair);
            }
        }
        return through;
    }

    private static Stream<MatchResult> found(String pattern, String text) {
        return text.lines()
                .flatMap(line ->
                        Pattern.compile("^" + pattern + "$").matcher(line).results());
    }

    private static List<String> shape(Picture picture) {
        return picture.lines().stream()
                .map(line -> line.replaceAll("[^ ]", "x"))
                .toList();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DrawingsTest.class.getClassLoader().getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
