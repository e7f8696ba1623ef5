package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The valid messages that {@code contracts/examples} holds, of which mutations are made. */
record Examples(
        List<ObjectNode> triggers, List<ObjectNode> controls, List<ObjectNode> definitions, List<ObjectNode> chunks) {

    /** @param directory such as {@code contracts/examples/messages} */
    static Examples in(Path directory) throws IOException, FaultsException {
        List<ObjectNode> definitions = new ArrayList<>(read(directory, "graph."));
        definitions.addAll(read(directory, "agent."));
        return new Examples(
                read(directory, "trigger."),
                read(directory, "control."),
                List.copyOf(definitions),
                read(directory, "output-chunk."));
    }

    private static List<ObjectNode> read(Path directory, String prefix) throws IOException, FaultsException {
        List<ObjectNode> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                if (file.getFileName().toString().startsWith(prefix)) {
                    JsonNode json = Json.read(Files.readAllBytes(file));
                    found.add((ObjectNode) json);
                }
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no " + prefix + "*.json in " + directory);
        }
        return List.copyOf(found);
    }

    /** A copy of one of them. */
    static ObjectNode any(List<ObjectNode> examples, RandomGenerator random) {
        return examples.get(random.nextInt(examples.size())).deepCopy();
    }
}
