package dev.postroad.runtime.http;

import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.runtime.drawing.Drawing;
import dev.postroad.runtime.drawing.DrawingJson;
import dev.postroad.runtime.drawing.GraphLayout;
import dev.postroad.runtime.drawing.Picture;
import dev.postroad.runtime.drawing.Sketch;
import dev.postroad.runtime.drawing.SvgDrawing;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Draws graphs. Versions of graphs never change, so that what was laid out once is kept, the newest few of them. One is laid
 * out at a time, as it takes a processor for itself. Thread-safe.
 */
final class DrawingRoutes {
    private static final int MOST_KEPT = 64;

    private final PublishedDefinitions definitions;
    private final Map<Wanted, Drawing> kept = new LinkedHashMap<>(16, 0.75F, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Wanted, Drawing> eldest) {
            return size() > MOST_KEPT;
        }
    };

    DrawingRoutes(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/graphs/{name}/drawing", context -> Answers.send(context, DrawingJson.tree(drawing(context))));
        routes.get("/api/graphs/{name}/svg", this::svg);
    }

    private void svg(Context context) {
        // Nothing in it can be run, wherever it is shown.
        context.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        context.contentType("image/svg+xml").result(SvgDrawing.of(drawing(context)));
    }

    private record Wanted(String name, int version, Set<String> open) {}

    private Drawing drawing(Context context) {
        Query query = new Query(context);
        Integer version = query.whole("version", 0, Integer.MAX_VALUE);
        Set<String> open = query.texts("open");
        query.end();
        String name = context.pathParam("name");
        if (version != null && version == Graph.OF_AGENT) {
            return GraphLayout.of(new Picture(Sketch.ofAgent(name), Graph.OF_AGENT, Map.of()));
        }
        Graph graph = definitions.graphIfStored(name, version).orElseThrow(() -> none(name, version));
        return laidOut(graph, new TreeSet<>(open));
    }

    private synchronized Drawing laidOut(Graph graph, Set<String> open) {
        Wanted wanted = new Wanted(graph.name(), graph.version(), open);
        Drawing known = kept.get(wanted);
        if (known != null) {
            return known;
        }
        Picture picture = picture(graph, "", open);
        if (picture.steps() > Picture.MOST_STEPS) {
            throw Refusal.of(
                    ErrorCode.TOO_LARGE,
                    "the picture has " + picture.steps() + " steps, and at most " + Picture.MOST_STEPS
                            + " are drawn; open fewer graphs inside, or use `postroad graph " + graph.name()
                            + " --dot`");
        }
        Drawing drawing = GraphLayout.of(picture);
        kept.put(wanted, drawing);
        return drawing;
    }

    private Picture picture(Graph graph, String path, Set<String> open) {
        Map<String, Picture> inside = graph.nodes().values().stream()
                .filter(node -> node.work() instanceof Node.ByGraph && open.contains(path + node.name()))
                .collect(Collectors.toMap(Node::name, inner(path, open)));
        return new Picture(Sketch.of(definition(graph)), graph.version(), inside);
    }

    private Function<Node, Picture> inner(String path, Set<String> open) {
        return node -> picture(((Node.ByGraph) node.work()).graph(), path + node.name() + "/", open);
    }

    private GraphDefinition definition(Graph graph) {
        return definitions
                .numberedGraph(graph.name(), graph.version())
                .orElseThrow(() -> none(graph.name(), graph.version()));
    }

    private static Refusal none(String name, @Nullable Integer version) {
        return Refusal.of(
                ErrorCode.NOT_FOUND,
                version == null
                        ? "there is no graph " + name
                        : "there is no version " + version + " of a graph " + name);
    }
}
