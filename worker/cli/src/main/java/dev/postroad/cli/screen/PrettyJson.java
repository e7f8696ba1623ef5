package dev.postroad.cli.screen;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Json;
import java.io.PrintStream;

/** Prints JSON for people: indented, and with what terminals would act on made visible. */
public final class PrettyJson {
    private PrettyJson() {}

    /** Prints one value, over several lines. */
    public static void print(JsonNode tree, PrintStream out) {
        try {
            out.println(
                    Visible.json(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree can always be written", impossible);
        }
    }
}
