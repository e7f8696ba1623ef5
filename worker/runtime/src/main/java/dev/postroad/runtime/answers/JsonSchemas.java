package dev.postroad.runtime.answers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.graph.AnswerSchemas;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * JSON Schema 2020-12 for the answers of people. Patterns are RE2's, which cannot take for ever; a schema refers to
 * nothing but what stands in it, so that no answer has a worker fetch anything; and what they may cost is counted before
 * they are looked at. Thread-safe.
 */
public final class JsonSchemas implements AnswerSchemas {
    /** The one that there is need of. */
    public static final AnswerSchemas INSTANCE = new JsonSchemas();

    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
    private static final int MOST_NODES = 2_000;
    private static final int MOST_DEPTH = 50;
    /** What names a schema, or refers by a name; nobody needs it for a form, and it defeats counting. */
    private static final List<String> NAMING =
            List.of("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary");

    /** The size of a schema times that of an answer, at the most. */
    private static final long MOST_STEPS = 200_000;

    private static final String UNUSABLE = "the schema itself cannot be used: ";
    private static final int CHARACTERS_A_STEP = 16;
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
        String flaw = unfit == null ? SchemaSize.of(schema).flaw() : unfit;
        if (flaw != null) {
            return flaw;
        }
        try {
            List<Error> faults = schemaOfSchemas.validate(schema);
            if (!faults.isEmpty()) {
                return told(faults);
            }
            // What its parts refer to is found out by the first validation, whatever that finds.
            Schema sound = registry.getSchema(numbersAlike(schema));
            sound.initializeValidators();
            sound.validate(schema.objectNode());
            return null;
        } catch (RuntimeException unsound) {
            return shortened(String.valueOf(unsound.getMessage()));
        } catch (VirtualMachineError tooLarge) {
            return "it takes too much to be understood";
        }
    }

    /** What would make it too large, or dependent on somebody else's. */
    private static @Nullable String unfit(JsonNode node, int depth, int[] nodes) {
        if (depth > MOST_DEPTH || ++nodes[0] > MOST_NODES) {
            return "it has more than " + MOST_NODES + " parts, or is nested deeper than " + MOST_DEPTH;
        }
        for (String keyword : NAMING) {
            if (node.path(keyword).isTextual()) {
                return keyword + " is not understood here; put what is needed under $defs, and refer to it by"
                        + " $ref: '#/$defs/…'";
            }
        }
        String dialect = node.path("$schema").textValue();
        if (dialect != null && !dialect.equals(DRAFT)) {
            return "$schema is " + shortened(dialect) + ", and only " + DRAFT + " is understood";
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
        // One that was asked by an earlier release may not have been looked at.
        String unfit = unfit(schema, 0, new int[1]);
        if (unfit != null) {
            return UNUSABLE + unfit;
        }
        SchemaSize size = SchemaSize.of(schema);
        if (size.flaw() != null) {
            return UNUSABLE + size.flaw();
        }
        if (size.parts() * sizeOf(answer) > MOST_STEPS) {
            return "it is too large to be held against the schema: their sizes multiplied are more than " + MOST_STEPS
                    + "; answer less, or ask with a smaller schema";
        }
        try {
            List<Error> faults = registry.getSchema(numbersAlike(schema)).validate(numbersAlike(answer));
            return faults.isEmpty() ? null : told(faults);
        } catch (RuntimeException unsound) {
            return UNUSABLE + shortened(String.valueOf(unsound.getMessage()));
        } catch (VirtualMachineError tooMuch) {
            return "it takes too much to be held against the schema";
        }
    }

    /** With 1.0 written as 1: the same number to JSON Schema, and another one to the library within a list or an object. */
    private static JsonNode numbersAlike(JsonNode tree) {
        return Json.copy(
                tree,
                number -> number.isFloatingPointNumber() && Double.isFinite(number.doubleValue())
                        ? Json.amount(number.decimalValue())
                        : number);
    }

    private static long sizeOf(JsonNode answer) {
        long size = 1;
        if (answer.isTextual()) {
            size += answer.textValue().length() / CHARACTERS_A_STEP;
        }
        for (Map.Entry<String, JsonNode> field : answer.properties()) {
            size += field.getKey().length() / CHARACTERS_A_STEP;
        }
        for (JsonNode part : answer) {
            size += sizeOf(part);
        }
        return size;
    }

    private static String told(List<Error> faults) {
        String first = faults.stream().limit(MOST_FAULTS).map(JsonSchemas::told).collect(Collectors.joining("; "));
        int more = faults.size() - MOST_FAULTS;
        return shortened(more > 0 ? first + "; and " + more + " more" : first);
    }

    /** What is wrong with the whole has no place, and no colon behind that. */
    private static String told(Error fault) {
        String text = fault.toString();
        return text.startsWith(": ") ? text.substring(2) : text;
    }

    static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
