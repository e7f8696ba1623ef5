package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** What {@code openapi.json} says that can be asked. */
record Operations(List<Operation> all) {
    private static final Set<String> METHODS = Set.of("get", "post", "delete", "put", "patch");

    /**
     * One of them.
     *
     * @param parameters of the query
     */
    record Operation(String method, String path, List<String> parameters) {}

    static Operations documented() {
        try (InputStream in = Operations.class.getResourceAsStream("/postroad/openapi.json")) {
            return of(Json.read(Objects.requireNonNull(in).readAllBytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (FaultsException faults) {
            throw new IllegalStateException(faults);
        }
    }

    private static Operations of(JsonNode document) {
        List<Operation> all = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .forEach(operation -> all.add(new Operation(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                parameters(document, operation.getValue())))));
        return new Operations(List.copyOf(all));
    }

    private static List<String> parameters(JsonNode document, JsonNode operation) {
        List<String> names = new ArrayList<>();
        for (JsonNode given : operation.path("parameters")) {
            String reference = given.path("$ref").asText("");
            JsonNode parameter = reference.isEmpty() ? given : document.at(reference.substring(1));
            if (parameter.path("in").asText().equals("query")) {
                names.add(parameter.path("name").asText());
            }
        }
        return List.copyOf(names);
    }
}
