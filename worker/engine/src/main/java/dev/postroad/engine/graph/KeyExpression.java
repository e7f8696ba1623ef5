package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Shown;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An expression over {@code input} and {@code run} that tells by which key something is counted, or what it weighs. Where it
 * fails, or gives neither a text nor a number nor a truth value, the key is the empty one, which all of those share: what
 * leaves its key out is limited with the others that do, and neither refused nor free. Immutable and thread-safe.
 */
public final class KeyExpression {
    /** What all share whose key cannot be told. */
    public static final String NO_KEY = "";

    private static final String INPUT = "input";
    private static final String RUN = "run";
    private static final List<String> NAMES = List.of(INPUT, RUN);
    private static final Set<String> FACTS = Set.of("id", "graph", "priority", "tags");
    private static final int MOST_ITERATIONS = 1_000;
    private static final int LONGEST_KEY = 200;
    private static final int KEPT_OF_LONGER = 180;
    private static final int LONGEST_NAME = 300;
    private static final int MOST_KNOWN = 1_000;
    private static final int LONGEST_KNOWN = 1_000;

    /** Triggers bring the same ones again and again, and to compile one takes most of a millisecond. */
    private static final Map<String, KeyExpression> KNOWN =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, KeyExpression> eldest) {
                    return size() > MOST_KNOWN;
                }
            });

    private final Expression expression;

    private KeyExpression(Expression expression) {
        this.expression = expression;
    }

    /**
     * Compiles it.
     *
     * @throws ExpressionException where it is none; the message says where and why
     */
    public static KeyExpression compile(String text) throws ExpressionException {
        KeyExpression known = KNOWN.get(text);
        if (known != null) {
            return known;
        }
        KeyExpression compiled = new KeyExpression(Expression.compileOver(text, NAMES));
        if (text.length() <= LONGEST_KNOWN) {
            KNOWN.put(text, compiled);
        }
        return compiled;
    }

    /** What can only fail in it. */
    public List<String> flaws() {
        return expression.flaws();
    }

    /**
     * What it reads of runs that no run has; empty for most.
     *
     * @param channels of the graph of those runs, of which their input consists
     */
    List<String> unknown(Set<String> channels) {
        Stream<String> ofInput = expression.fieldsOf(INPUT).stream()
                .filter(field -> !channels.contains(field))
                .map(field -> INPUT + "." + field);
        Stream<String> ofRun = expression.fieldsOf(RUN).stream()
                .filter(field -> !FACTS.contains(field))
                .map(field -> RUN + "." + field);
        return Stream.concat(ofInput, ofRun).sorted().toList();
    }

    /** The key, of at most 200 characters; a longer one is cut, with a number for all of it, by which it differs from others. */
    public String key(JsonNode input, JsonNode run) {
        JsonNode value;
        try {
            value = evaluated(input, run);
        } catch (ExpressionException failed) {
            return NO_KEY;
        }
        if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
            return NO_KEY;
        }
        // Equal numbers are one key, however they are written.
        String text = value.isNumber()
                ? value.decimalValue().stripTrailingZeros().toPlainString()
                : value.asText().replace('\u0000', ' ');
        return text.length() <= LONGEST_KEY
                ? text
                : Shown.cut(text, KEPT_OF_LONGER) + Integer.toHexString(text.hashCode());
    }

    /** The key by an expression; the empty one where there is none. */
    static String keyOf(@Nullable KeyExpression expression, JsonNode input, JsonNode run) {
        return expression == null ? NO_KEY : expression.key(input, run);
    }

    /** The number that it gives, within bounds; the usual one where it fails or gives none. */
    public double number(JsonNode input, JsonNode run, double least, double most, double usual) {
        try {
            JsonNode value = evaluated(input, run);
            double number = value.isNumber() ? value.doubleValue() : usual;
            return Double.isNaN(number) ? usual : Math.clamp(number, least, most);
        } catch (ExpressionException failed) {
            return usual;
        }
    }

    private JsonNode evaluated(JsonNode input, JsonNode run) throws ExpressionException {
        Function<String, JsonNode> variables = name -> name.equals(INPUT) ? input : run;
        return expression.evaluateAny(variables, new Budget(MOST_ITERATIONS));
    }

    /** What it is known by where what it counts is looked up: Postgres has no index for names of any length. */
    String name() {
        return name(toString());
    }

    /** The same of an expression as it is written. */
    static String name(String text) {
        return text.length() <= LONGEST_NAME
                ? text
                : UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Equal to what was written the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyExpression key && toString().equals(key.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return expression.toString();
    }
}
