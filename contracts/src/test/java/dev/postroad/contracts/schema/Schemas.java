package dev.postroad.contracts.schema;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The published schemas, with formats taken as assertions. Thread-safe. */
final class Schemas {
    static final List<String> NAMES = List.of(
            "agent",
            "agent-event",
            "agent-http-reconciled",
            "agent-http-request",
            "agent-http-response",
            "agent-result",
            "agent-task",
            "archive-line",
            "control",
            "event",
            "graph",
            "output-chunk",
            "price",
            "schedule",
            "schedule-command",
            "schedule-event",
            "trigger");

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    private static final Map<String, Schema> LOADED = new ConcurrentHashMap<>();

    private Schemas() {}

    static String text(String name) {
        String resource = "/postroad/schemas/" + name + ".json";
        try (InputStream in = Objects.requireNonNull(Schemas.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new IllegalStateException(resource, unreadable);
        }
    }

    /** What the schema of that name finds wrong with a JSON value. */
    static List<String> faults(String name, String json) {
        Schema schema = LOADED.computeIfAbsent(name, missing -> REGISTRY.getSchema(text(missing)));
        return schema.validate(json, InputFormat.JSON).stream()
                .map(Error::toString)
                .toList();
    }

    /** What JSON Schema's own schema finds wrong with the schema of that name. */
    static List<String> faultsOfSchema(String name) {
        Schema meta = REGISTRY.getSchema(
                com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        return meta.validate(text(name), InputFormat.JSON).stream()
                .map(Error::toString)
                .toList();
    }
}
