package dev.postroad.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Visible;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.RunState;
import java.io.PrintStream;
import java.util.Optional;

/** Prints JSON for people. */
final class States {
    private States() {}

    static void print(Optional<RunState> state, PrintStream out) {
        state.ifPresent(found -> print(found.state(), out));
    }

    static void print(JsonNode tree, PrintStream out) {
        try {
            out.println(
                    Visible.json(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(tree)));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree can always be written", impossible);
        }
    }
}
