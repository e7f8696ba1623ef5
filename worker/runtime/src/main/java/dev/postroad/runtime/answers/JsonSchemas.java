package dev.postroad.runtime.answers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.postroad.engine.graph.AnswerSchemas;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * JSON Schema 2020-12 for the answers of people. Patterns are RE2's, which cannot take for ever; a schema refers to
 * nothing but itself, so that no answer has a worker fetch anything. Thread-safe.
 */
public final class JsonSchemas implements AnswerSchemas {
    /** The one that there is need of. */
    public static final AnswerSchemas INSTANCE = new JsonSchemas();

    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
    private static final int MOST_NODES = 2_000;
    private static final int MOST_DEPTH = 50;
    private static final int MOST_FAULTS = 5;
    private static final int LONGEST_TEXT = 1_000;

    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(SchemaRegistryConfig.builder()
                    .formatAssertionsEnabled(true)
                    .regularExpressionFactory(pattern -> {
                        Pattern compiled = Pattern.compile(pattern);
                        return text -> compiled.matcher(text).find();
                    })
                    .build()));
    private final Schema schemaOfSchemas = registry.getSchema(SchemaLocation.of(DRAFT));

    private JsonSchemas() {}

    @Override
    public @Nullable String flaw(ObjectNode schema) {
        String unfit = unfit(schema, 0, new int[1]);
        if (unfit != null) {
            return unfit;
        }
        try {
            List<Error> faults = schemaOfSchemas.validate(schema);
            if (!faults.isEmpty()) {
                return told(faults);
            }
            // What its parts refer to is found out by the first validation, whatever that finds.
            registry.getSchema(schema).initializeValidators();
            registry.getSchema(schema).validate(schema.objectNode());
            return null;
        } catch (SchemaException | PatternSyntaxException | IllegalArgumentException unsound) {
            return shortened(String.valueOf(unsound.getMessage()));
        } catch (StackOverflowError endless) {
            return "it refers to itself without an end";
        }
    }

    /** What would make it too large, or dependent on somebody else's. */
    private static @Nullable String unfit(JsonNode node, int depth, int[] nodes) {
        if (depth > MOST_DEPTH || ++nodes[0] > MOST_NODES) {
            return "it has more than " + MOST_NODES + " parts, or is nested deeper than " + MOST_DEPTH;
        }
        for (String reference : List.of("$ref", "$dynamicRef")) {
            String target = node.path(reference).textValue();
            if (target != null && !target.startsWith("#")) {
                return reference + " leads to " + shortened(target)
                        + "; put what it needs under $defs, and refer to that";
            }
        }
        String dialect = node.path("$schema").textValue();
        if (dialect != null && !dialect.equals(DRAFT)) {
            return "$schema is " + shortened(dialect) + ", and only " + DRAFT + " is understood";
        }
        String pattern = node.path("pattern").textValue();
        if (pattern != null) {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException unknown) {
                return "pattern is none that RE2 takes, which knows no look-around and no back references: "
                        + shortened(String.valueOf(unknown.getMessage()));
            }
        }
        for (JsonNode part : node) {
            String unfit = unfit(part, depth + 1, nodes);
            if (unfit != null) {
                return unfit;
            }
        }
        return null;
    }

    @Override
    public @Nullable String refusal(ObjectNode schema, JsonNode answer) {
        try {
            List<Error> faults = registry.getSchema(schema).validate(answer);
            return faults.isEmpty() ? null : told(faults);
        } catch (SchemaException | PatternSyntaxException | IllegalArgumentException unsound) {
            return "the schema itself cannot be used: " + shortened(String.valueOf(unsound.getMessage()));
        } catch (StackOverflowError endless) {
            return "the schema refers to itself without an end, or the answer is nested too deeply for it";
        }
    }

    private static String told(List<Error> faults) {
        String first = faults.stream().limit(MOST_FAULTS).map(Error::toString).collect(Collectors.joining("; "));
        int more = faults.size() - MOST_FAULTS;
        return shortened(more > 0 ? first + "; and " + more + " more" : first);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
