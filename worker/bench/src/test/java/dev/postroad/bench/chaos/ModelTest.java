package dev.postroad.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ModelTest {
    private final ObjectNode request = JsonNodeFactory.instance.objectNode();
    private final ArrayNode messages = request.putArray("messages");

    private JsonNode said() throws FaultsException {
        String events = new String(Model.answer(request), StandardCharsets.UTF_8);
        return Json.read(events.substring("data: ".length(), events.indexOf("\n\n")))
                .at("/choices/0");
    }

    private void message(String role, String content) {
        messages.addObject().put("role", role).put("content", content);
    }

    @Test
    void callsTwoAgentsThenAToolAndSaysTheSumOfAll() throws FaultsException {
        message("user", "3");
        assertThat(said().at("/delta/tool_calls").findValuesAsText("arguments"))
                .containsExactly("{\"sum\":3}", "{\"sum\":3}");
        message("tool", "{\"sum\": 10, \"log\": [\"one\"]}");
        message("tool", "{\"sum\": 11, \"log\": [\"other\"]}");
        assertThat(said().at("/delta/tool_calls").findValuesAsText("arguments")).containsExactly("{\"sum\":21}");
        assertThat(said().path("finish_reason").asText()).isEqualTo("tool_calls");
        message("tool", "{\"sum\": 64, \"log\": [\"add\"]}");
        assertThat(said().at("/delta/content").asText()).isEqualTo("{\"sum\":85,\"log\":[\"one\",\"other\",\"add\"]}");
        assertThat(said().path("finish_reason").asText()).isEqualTo("stop");
    }
}
