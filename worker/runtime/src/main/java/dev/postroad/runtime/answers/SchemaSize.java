package dev.postroad.runtime.answers;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.postroad.engine.expression.PatternSize;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of an answer's time a schema takes: its parts, with those that it refers to written out each time, and its
 * patterns with their repetitions written out. One that refers to itself has no such size. Confined to one thread.
 */
final class SchemaSize {
    /** The largest that is taken. */
    private static final int MOST = 10_000;

    private static final int MOST_OF_A_PATTERN = 1_000;
    private static final long UNDER_WAY = -1;

    private final ObjectNode root;
    private final IdentityHashMap<JsonNode, Long> sizes = new IdentityHashMap<>();
    private @Nullable String flaw;
    private long parts;

    private SchemaSize(ObjectNode root) {
        this.root = root;
    }

    /** @param schema nested no deeper than Java's stack */
    static SchemaSize of(ObjectNode schema) {
        SchemaSize counted = new SchemaSize(schema);
        counted.parts = counted.sizeOf(schema);
        if (counted.flaw == null && counted.parts > MOST) {
            counted.flaw = "with what it refers to written out each time, it has more than " + MOST
                    + " parts; let it say less";
        }
        return counted;
    }

    /** How many parts it has; of no meaning where there is a flaw. */
    long parts() {
        return parts;
    }

    /** Why a schema has no size, or too large a one; null where all is well. */
    @Nullable
    String flaw() {
        return flaw;
    }

    private long sizeOf(JsonNode node) {
        if (!node.isContainerNode() || flaw != null) {
            return 1;
        }
        Long known = sizes.putIfAbsent(node, UNDER_WAY);
        if (known != null) {
            if (known == UNDER_WAY) {
                flaw = "it refers to itself; write it out as deep as answers may be";
            }
            return known;
        }
        long size = 1
                + ofReference(node.path("$ref").textValue())
                + ofPattern(node.path("pattern").textValue());
        for (Map.Entry<String, JsonNode> named : node.path("patternProperties").properties()) {
            size += ofPattern(named.getKey());
        }
        for (JsonNode part : node) {
            size = Math.min(MOST + 1L, size + sizeOf(part));
        }
        sizes.put(node, size);
        return size;
    }

    private long ofReference(@Nullable String reference) {
        if (reference == null) {
            return 0;
        }
        JsonNode target = reference.equals("#")
                ? root
                : reference.startsWith("#/") ? root.at(JsonPointer.compile(reference.substring(1))) : null;
        if (target == null || target.isMissingNode()) {
            flaw = "$ref leads to " + JsonSchemas.shortened(reference)
                    + ", which is not in it; put what it needs under $defs, and refer to that as #/$defs/…";
            return 0;
        }
        return sizeOf(target);
    }

    private long ofPattern(@Nullable String pattern) {
        if (pattern == null) {
            return 0;
        }
        if (PatternSize.of(pattern) > MOST_OF_A_PATTERN) {
            flaw = "the pattern " + JsonSchemas.shortened(pattern)
                    + " is too large: with its repetitions written out it" + " takes more than " + MOST_OF_A_PATTERN
                    + " steps a character";
            return 0;
        }
        try {
            return Pattern.compile(pattern).programSize();
        } catch (PatternSyntaxException unknown) {
            flaw = "pattern is none that RE2 takes, which knows no look-around and no back references: "
                    + JsonSchemas.shortened(String.valueOf(unknown.getMessage()));
            return 0;
        }
    }
}
