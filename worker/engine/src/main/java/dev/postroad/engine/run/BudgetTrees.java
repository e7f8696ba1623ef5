package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.run.EventBody.BudgetExceeded;

/** What was consumed, and that it was too much, as JSON. */
final class BudgetTrees {
    private static final String USAGE = "usage";

    private BudgetTrees() {}

    static void put(ObjectNode data, Usage usage) {
        put(data, USAGE, usage);
    }

    static void put(ObjectNode data, String field, Usage usage) {
        if (!usage.equals(Usage.NONE)) {
            usage.putInto(data.putObject(field));
        }
    }

    static Usage usage(JsonNode data) {
        return usage(data, USAGE);
    }

    static Usage usage(JsonNode data, String field) {
        JsonNode usage = data.path(field);
        return usage.isObject() ? Usage.of(usage) : Usage.NONE;
    }

    static void put(ObjectNode data, BudgetExceeded exceeded) {
        data.put("graph", exceeded.graph());
        if (exceeded.per() != null) {
            data.put("key", exceeded.key()).put("per", exceeded.per());
        }
        data.put("what", exceeded.what());
        data.set("used", Json.amount(exceeded.used()));
        data.set("limit", Json.amount(exceeded.limit()));
        data.put("onExceeded", exceeded.onExceeded().publicName()).put("reason", exceeded.reason());
    }

    static BudgetExceeded exceeded(JsonNode data) {
        return new BudgetExceeded(
                Trees.text(data, "graph"),
                data.path("key").textValue(),
                data.path("per").textValue(),
                Trees.text(data, "what"),
                Trees.present(data, "used").decimalValue(),
                Trees.present(data, "limit").decimalValue(),
                OnExceeded.of(Trees.text(data, "onExceeded")));
    }
}
