package dev.postroad.contracts.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON the one way that all of Postroad does: UTF-8 only, nothing behind the value, no duplicate
 * keys, at most {@value #MAX_DEPTH} levels deep. Thread-safe.
 */
public final class Json {
    /** The deepest nesting that is accepted from outside, in levels. */
    public static final int MAX_DEPTH = 100;

    /** An event has its data in it, the data a state, the state a channel, and that a list, around what was accepted. */
    private static final int MOST_WRAPPINGS = 8;

    /** The longest number that is accepted from outside, in digits. */
    private static final int MOST_DIGITS = 1_000;

    /** The most places behind the point: an exponent can write more of them than memory holds. */
    private static final int MOST_PLACES = 2_000;

    /** The longest name of a field that is accepted from outside, in characters. */
    private static final int LONGEST_NAME = 50_000;

    private static final double BITS_OF_A_DIGIT = 3.3219280948873626;

    /** Where the reader names its own classes, which say nothing to whoever wrote the JSON. */
    private static final Pattern READERS_OWN_WORDS =
            Pattern.compile(", from `[^`]*`|\\[Source: [^;]*; (?=line: )|(?<=line: \\d{1,9}, column: \\d{1,9})]");

    private static final ObjectMapper MAPPER = mapper(StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(2 * MOST_PLACES)
            .maxNameLength(LONGEST_NAME)
            .maxStringLength(Integer.MAX_VALUE)
            .build());

    /** Whatever was written can be read back. */
    private static final ObjectMapper OWN_MAPPER = mapper(StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH + MOST_WRAPPINGS)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build());

    private Json() {}

    private static ObjectMapper mapper(StreamReadConstraints constraints) {
        return JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                        // Else each of ten thousand virtual threads keeps 16 KB of buffers while its agent is at work.
                        .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                        .streamReadConstraints(constraints)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .nodeFactory(Decimals.NODES)
                // Else a character beyond U+FFFF takes twelve bytes in place of four.
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                .build();
    }

    /** The shared mapper; callers must not configure it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /**
     * Reads one JSON value.
     *
     * @throws FaultsException where the bytes are not UTF-8, not JSON, too deep, or hold text that cannot be stored
     */
    public static JsonNode read(byte[] bytes) throws FaultsException {
        return read(decode(bytes));
    }

    /** Reads one JSON value; see {@link #read(byte[])}. */
    public static JsonNode read(String text) throws FaultsException {
        JsonNode tree = parse(MAPPER, text);
        String unstorable = unstorableText(tree);
        if (unstorable != null) {
            throw fault(unstorable, "remove or change it");
        }
        return tree;
    }

    /**
     * Reads one JSON value that Postroad wrote, such as an event or a journal row: what was accepted from outside stands
     * some levels deeper in it, and was checked before.
     *
     * @throws FaultsException where the bytes are not UTF-8 or not JSON
     */
    public static JsonNode readOwn(byte[] bytes) throws FaultsException {
        return readOwn(decode(bytes));
    }

    /** Reads one JSON value that Postroad wrote; see {@link #readOwn(byte[])}. */
    public static JsonNode readOwn(String text) throws FaultsException {
        return parse(OWN_MAPPER, text);
    }

    private static JsonNode parse(ObjectMapper mapper, String text) throws FaultsException {
        JsonNode tree;
        try {
            tree = mapper.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw fault("is not JSON that can be read: " + firstLine(notJson), "send one JSON value in UTF-8");
        } catch (NumberFormatException | ArithmeticException beyond) {
            // Thrown by Java itself, for an exponent that no number has.
            throw fault("holds a number that cannot be read: " + beyond.getMessage(), "send a number of a usual size");
        }
        if (tree.isMissingNode()) {
            throw fault("is empty", "send one JSON value in UTF-8");
        }
        return tree;
    }

    /** Writes a tree as compact UTF-8; whether others can store it is for {@link #unstorableText} to say. */
    public static byte[] bytes(JsonNode tree) {
        byte[] plain = TreeBytes.of(tree);
        if (plain.length > 0) {
            return plain;
        }
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException("cannot be written as JSON: " + firstLine(impossible), impossible);
        }
    }

    /**
     * Names the first thing in a tree that UTF-8, Postgres or JSON cannot hold: an unpaired surrogate, U+0000, a number
     * that is not finite, a nesting beyond {@link #MAX_DEPTH}; null where there is none.
     */
    public static @Nullable String unstorableText(JsonNode tree) {
        return unstorable(tree, 1);
    }

    /**
     * Whether a tree is nested beyond {@link #MAX_DEPTH}, or takes more than so many bytes, about. Known soon of every
     * tree, also of one that holds itself.
     */
    public static boolean isBeyond(JsonNode tree, long bytes) {
        return left(tree, bytes, 1) < 0;
    }

    private static long left(JsonNode node, long bytes, int depth) {
        long left = bytes - 1 - (node.isTextual() ? node.textValue().length() : 0);
        if (node.isContainerNode() && depth > MAX_DEPTH) {
            return -1;
        }
        for (JsonNode child : node) {
            if (left < 0) {
                break;
            }
            left = left(child, left, depth + 1);
        }
        return left;
    }

    /** A whole number in the one form that reading gives it too, so that equal numbers are equal nodes. */
    public static NumericNode whole(long value) {
        return value == (int) value
                ? JsonNodeFactory.instance.numberNode((int) value)
                : JsonNodeFactory.instance.numberNode(value);
    }

    /** A number that is written with a point, in the one form that reading gives it too. */
    public static NumericNode decimal(BigDecimal value) {
        return Decimals.node(value);
    }

    /** A number that is written with a point only where it needs one. */
    public static NumericNode amount(BigDecimal value) {
        BigDecimal plain = value.stripTrailingZeros();
        boolean isWhole = plain.scale() <= 0 && plain.precision() - plain.scale() <= 18;
        return isWhole ? whole(plain.longValueExact()) : decimal(plain);
    }

    /** What makes trees in the form that reading gives them; for readers of other formats. */
    public static JsonNodeFactory nodes() {
        return Decimals.NODES;
    }

    /**
     * A copy of a tree as it would be read back: numbers in the one form that reading gives them. Sharing nothing with
     * the original, it stays as it is whatever happens to that.
     *
     * @param tree holds nothing but what JSON can hold
     */
    public static JsonNode copy(JsonNode tree) {
        return copy(tree, Json::number);
    }

    /**
     * A copy of a tree with its numbers in another form.
     *
     * @param tree holds nothing but what JSON can hold
     * @param form gives a number in that form
     */
    public static JsonNode copy(JsonNode tree, UnaryOperator<JsonNode> form) {
        return switch (tree.getNodeType()) {
            case OBJECT -> {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                tree.properties().forEach(field -> object.set(field.getKey(), copy(field.getValue(), form)));
                yield object;
            }
            case ARRAY -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode(tree.size());
                tree.forEach(element -> array.add(copy(element, form)));
                yield array;
            }
            case NUMBER -> form.apply(tree);
            case STRING, BOOLEAN, NULL, MISSING, BINARY, POJO -> tree;
        };
    }

    private static JsonNode number(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.canConvertToLong() ? whole(number.longValue()) : number;
        }
        return number.isBigDecimal()
                ? Decimals.node(number.decimalValue())
                : Decimals.node(Double.parseDouble(number.asText()));
    }

    private static @Nullable String unstorable(JsonNode node, int depth) {
        if (node.isContainerNode() && depth > MAX_DEPTH) {
            return "is nested more than " + MAX_DEPTH + " levels deep";
        }
        if (node.isTextual()) {
            return unstorable(node.textValue());
        }
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            // 1e400 is read as infinity, which would be written as a text.
            return "holds a number that is too large";
        }
        if (node.isBigInteger() && node.bigIntegerValue().bitLength() > MOST_DIGITS * BITS_OF_A_DIGIT + 1) {
            return "holds a number of more than " + MOST_DIGITS + " digits";
        }
        if (node.isBigDecimal() && isBeyond(node.decimalValue())) {
            return "holds a number of more than " + MOST_DIGITS + " digits, or " + MOST_PLACES
                    + " places behind the point";
        }
        if (node.isObject()) {
            for (var field : node.properties()) {
                String name = field.getKey().length() > LONGEST_NAME
                        ? "holds a name of more than " + LONGEST_NAME + " characters"
                        : unstorable(field.getKey());
                String problem = name != null ? name : unstorable(field.getValue(), depth + 1);
                if (problem != null) {
                    return problem;
                }
            }
        } else if (node.isArray()) {
            for (JsonNode element : node) {
                String problem = unstorable(element, depth + 1);
                if (problem != null) {
                    return problem;
                }
            }
        }
        return null;
    }

    private static boolean isBeyond(BigDecimal number) {
        return Math.abs((long) number.scale()) > MOST_PLACES || number.precision() > MOST_DIGITS;
    }

    private static @Nullable String unstorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return "holds the character U+0000";
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return "holds half of a surrogate pair";
            }
        }
        return null;
    }

    private static String decode(byte[] bytes) throws FaultsException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw fault("is not UTF-8", "send JSON in UTF-8");
        }
    }

    private static FaultsException fault(String problem, String remedy) {
        return new FaultsException(List.of(new Fault("", "the value " + problem, remedy)));
    }

    private static String firstLine(JsonProcessingException thrown) {
        String line = READERS_OWN_WORDS.matcher(thrown.getOriginalMessage()).replaceAll("");
        var at = thrown.getLocation();
        return at == null ? line : line + " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }
}
