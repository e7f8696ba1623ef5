package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;

/** The event streams of OpenAI's protocol. */
public final class Events {
    public static final String DONE = "data: [DONE]\n\n";

    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}}\n\n";

    private Events() {}

    /** A whole answer in these pieces; {@code \}u0000 in a piece stands for that character. */
    public static String answer(String... pieces) {
        StringBuilder events = new StringBuilder();
        for (String piece : pieces) {
            events.append(piece(piece));
        }
        return events.append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n")
                .append(USAGE)
                .append(DONE)
                .toString();
    }

    public static String piece(String text) {
        String content = quoted(text).replace("\\\\u0000", "\\u0000");
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":" + content + "}}]}\n\n";
    }

    private static String quoted(String text) {
        return new String(Json.bytes(TextNode.valueOf(text)), StandardCharsets.UTF_8);
    }
}
