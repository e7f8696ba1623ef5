package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.expression.Numbers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One top-level key of the state, with its reducer. Values are never changed in place: a reduction gives a new one.
 *
 * @param initial the value before any write; null where the channel is absent until written
 * @param expression the graph's own reducer; null for one of the named ones
 */
public record Channel(
        String name,
        Reducer reducer,
        @Nullable JsonNode initial,
        @Nullable Expression expression) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String OVERWRITE = "$overwrite";

    /** A channel with one of the named reducers. */
    public static Channel of(String name, Reducer reducer, @Nullable JsonNode given) {
        return of(name, reducer, given, null);
    }

    /** A channel that starts as its reducer does, unless a default is given; a list or an object is never null. */
    static Channel of(String name, Reducer reducer, @Nullable JsonNode given, @Nullable Expression expression) {
        JsonNode start = start(reducer);
        boolean isStart = given == null || (given.isNull() && start != null && start.isContainerNode());
        return new Channel(name, reducer, isStart ? start : given, expression);
    }

    /** What a write puts in the place of a channel's value, past its reducer; null where it goes through the reducer. */
    private static @Nullable JsonNode overwriting(JsonNode write) {
        return write instanceof ObjectNode object && object.size() == 1 ? object.get(OVERWRITE) : null;
    }

    private static @Nullable JsonNode start(Reducer reducer) {
        return switch (reducer) {
            case APPEND, UNION, MESSAGES -> NODES.arrayNode();
            case SUM -> NODES.numberNode(0);
            case MERGE -> NODES.objectNode();
            case LAST, MIN, MAX, EXPRESSION -> null;
        };
    }

    /** Why the reducer cannot take a value, in words; null where it can. */
    public @Nullable String refusal(JsonNode value) {
        JsonNode overwriting = overwriting(value);
        return overwriting == null ? refusalOfWrite(value) : refusalOfValue(overwriting);
    }

    /** Why the channel cannot have a value, in words; null where it can. */
    @Nullable
    String refusalOfValue(JsonNode value) {
        return switch (reducer) {
            case APPEND, UNION, MESSAGES -> value instanceof ArrayNode ? null : "write a list";
            // Nothing yet, as a default says; the first number or text takes its place.
            case SUM, MIN, MAX -> value.isNull() ? null : refusalOfWrite(value);
            case LAST, MERGE, EXPRESSION -> refusalOfWrite(value);
        };
    }

    private @Nullable String refusalOfWrite(JsonNode value) {
        return switch (reducer) {
            case LAST, APPEND, UNION, EXPRESSION -> null;
            case MESSAGES -> Messages.refusal(value);
            case SUM -> value.isNumber() ? null : "sum takes a number";
            case MIN, MAX ->
                value.isNumber() || value.isTextual() ? null : reducer.publicName() + " takes a number or a text";
            case MERGE -> value.isObject() ? null : "merge takes an object";
        };
    }

    /**
     * The value after the writes of one superstep, in merge order; each must have passed {@link #refusal}.
     *
     * @param current the value before; null where there is none
     * @param writes at least one
     * @param budget what a reducer that is an expression may cost
     * @throws ConflictException where the writes do not go together
     */
    public JsonNode reduce(@Nullable JsonNode current, List<JsonNode> writes, Budget budget) throws ConflictException {
        List<JsonNode> overwriting = overwriting(writes);
        if (!overwriting.isEmpty() && (overwriting.size() == writes.size() || reducer != Reducer.LAST)) {
            return only(overwriting, "overwrite");
        }
        return switch (reducer) {
            case LAST -> only(writes, "write");
            case MESSAGES -> Messages.merged(listOf(current), writes);
            case EXPRESSION -> computed(current, writes, budget);
            case APPEND -> appended(current, writes);
            case UNION -> united(current, writes);
            case SUM -> sum(current, writes);
            case MIN, MAX -> extreme(current, writes);
            case MERGE -> merged(current, writes);
        };
    }

    private static List<JsonNode> overwriting(List<JsonNode> writes) {
        List<JsonNode> found = List.of();
        for (JsonNode write : writes) {
            JsonNode value = overwriting(write);
            if (value != null) {
                found = found.isEmpty() ? new ArrayList<>(1) : found;
                found.add(value);
            }
        }
        return found;
    }

    private static JsonNode only(List<JsonNode> writes, String what) throws ConflictException {
        if (writes.size() > 1) {
            throw new ConflictException("takes one " + what + " in a superstep, but got " + writes.size());
        }
        return writes.getFirst();
    }

    private JsonNode computed(@Nullable JsonNode current, List<JsonNode> writes, Budget budget)
            throws ConflictException {
        JsonNode value = current == null ? NullNode.instance : current;
        for (JsonNode write : writes) {
            try {
                value = Objects.requireNonNull(expression).reduce(value, write, budget);
            } catch (ExpressionException failed) {
                throw new ConflictException("cannot be reduced: " + failed.getMessage());
            }
        }
        return value;
    }

    private static ArrayNode appended(@Nullable JsonNode current, List<JsonNode> writes) {
        ArrayNode all = listOf(current);
        writes.forEach(write -> add(all, write));
        return all;
    }

    private static ArrayNode united(@Nullable JsonNode current, List<JsonNode> writes) {
        ArrayNode all = NODES.arrayNode();
        Set<JsonNode> seen = new HashSet<>();
        for (JsonNode element : appended(current, writes)) {
            if (seen.add(element)) {
                all.add(element);
            }
        }
        return all;
    }

    private static ArrayNode listOf(@Nullable JsonNode current) {
        int size = current == null ? 0 : current.size();
        ArrayNode list = NODES.arrayNode(size + 4);
        if (current != null) {
            add(list, current);
        }
        return list;
    }

    private static void add(ArrayNode all, JsonNode write) {
        if (write instanceof ArrayNode list) {
            all.addAll(list);
        } else {
            all.add(write);
        }
    }

    private static JsonNode sum(@Nullable JsonNode current, List<JsonNode> writes) throws ConflictException {
        JsonNode total = current == null || current.isNull() ? NODES.numberNode(0) : current;
        for (JsonNode write : writes) {
            total = plus(total, write);
        }
        return total;
    }

    private static JsonNode plus(JsonNode a, JsonNode b) throws ConflictException {
        try {
            return Numbers.sum(a, b);
        } catch (ExpressionException beyond) {
            throw new ConflictException("adds up to more than a number can hold");
        }
    }

    private JsonNode extreme(@Nullable JsonNode current, List<JsonNode> writes) throws ConflictException {
        JsonNode best = current == null || current.isNull() ? writes.getFirst() : current;
        for (JsonNode write : writes) {
            int order = compare(write, best);
            if (reducer == Reducer.MIN ? order < 0 : order > 0) {
                best = write;
            }
        }
        return best;
    }

    private static int compare(JsonNode a, JsonNode b) throws ConflictException {
        if (a.isTextual() && b.isTextual()) {
            return a.textValue().compareTo(b.textValue());
        }
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        throw new ConflictException("cannot compare a number with a text");
    }

    private static ObjectNode merged(@Nullable JsonNode current, List<JsonNode> writes) {
        ObjectNode all = NODES.objectNode();
        if (current instanceof ObjectNode before) {
            all.setAll(before);
        }
        writes.forEach(write -> all.setAll((ObjectNode) write));
        return all;
    }
}
