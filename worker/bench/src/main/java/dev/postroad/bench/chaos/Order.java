package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a person tells a run.
 *
 * @param id by which it is applied once, however often it is told
 */
record Order(String run, String id, ObjectNode message) {
    static Order of(String type, String run) {
        return of(type, run, type + "-" + run);
    }

    static Order of(String type, String run, String id) {
        return new Order(
                run,
                id,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("type", type)
                        .put("runId", run)
                        .put("commandId", id));
    }

    static Order rollback(String run) {
        Order order = of("rollback", run);
        order.message().put("version", 2).put("resume", true);
        return order;
    }

    static Order fork(String run) {
        Order order = of("fork", run);
        order.message().put("version", 2).put("newRunId", "fork-" + run);
        return order;
    }

    static Order resume(String run, String id) {
        Order order = of("resume", run, id);
        order.message().put("value", "yes");
        return order;
    }
}
