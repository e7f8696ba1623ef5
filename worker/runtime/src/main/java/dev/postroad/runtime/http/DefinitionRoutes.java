package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.definitions.DefinitionJson;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.rows.JsonFields;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Answers what is asked about graphs. Thread-safe. */
final class DefinitionRoutes {
    private final PublishedDefinitions definitions;

    DefinitionRoutes(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/graphs", this::graphs);
        routes.get("/api/graphs/{name}", this::graph);
    }

    private void graphs(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("graphs", JsonFields.list(definitions.graphVersions(), DefinitionJson::tree));
        Answers.send(context, json);
    }

    private void graph(Context context) {
        Query query = new Query(context);
        Integer version = query.whole("version", 1, Integer.MAX_VALUE);
        query.end();
        String name = context.pathParam("name");
        Answers.send(
                context,
                DefinitionJson.tree(definitions
                        .publishedGraph(name, version)
                        .orElseThrow(() -> Refusal.of(
                                ErrorCode.NOT_FOUND,
                                version == null
                                        ? "there is no graph " + name
                                        : "there is no version " + version + " of a graph " + name))));
    }
}
