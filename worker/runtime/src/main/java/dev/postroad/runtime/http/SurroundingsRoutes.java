package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Topics;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Tells what stands beside this worker. Thread-safe. */
final class SurroundingsRoutes {
    private final Surroundings surroundings;

    SurroundingsRoutes(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/surroundings", this::surroundings);
    }

    /** Who sees some runs alone reads no topic, as these hold all. */
    private void surroundings(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (!Guard.principal(context).isBounded()) {
            Topics topics = surroundings.topics();
            json.put("kafka", surroundings.kafka());
            json.putObject("topics")
                    .put("triggers", topics.triggers())
                    .put("control", topics.control())
                    .put("events", topics.events())
                    .put("output", topics.output())
                    .put("agentResults", topics.agentResults())
                    .put("agentEvents", topics.agentEvents())
                    .put("registry", topics.registry())
                    .put("deadLetters", topics.deadLetters());
        }
        if (surroundings.traceLink() != null) {
            json.put("traceLink", surroundings.traceLink());
        }
        Answers.send(context, json);
    }
}
