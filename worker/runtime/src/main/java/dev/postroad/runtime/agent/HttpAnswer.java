package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what an HTTP agent answers: {@code {"output": …, "usage": {"inputTokens", "outputTokens"}}}. Thread-safe. */
record HttpAnswer(RemoteFaults faults) {

    AgentReply read(byte[] bytes) {
        try {
            return read(Json.read(bytes));
        } catch (FaultsException unreadable) {
            return faults.badAnswer(unreadable.faults());
        }
    }

    private AgentReply read(JsonNode tree) {
        List<Fault> problems = new ArrayList<>();
        Fields fields = Fields.of(tree, "", problems);
        JsonNode output = fields.object().get("output");
        if (output == null && problems.isEmpty()) {
            fields.fault("output", "is missing", "answer {\"output\": …}");
        }
        Usage usage = usage(fields.nested("usage"));
        if (output == null || !problems.isEmpty()) {
            return faults.badAnswer(problems);
        }
        return new AgentReply.Completed(output, usage);
    }

    private static Usage usage(@Nullable Fields fields) {
        return fields == null ? Usage.NONE : new Usage(tokens(fields, "inputTokens"), tokens(fields, "outputTokens"));
    }

    private static int tokens(Fields fields, String field) {
        Integer count = fields.whole(field, 0, Integer.MAX_VALUE);
        return count == null ? 0 : count;
    }
}
