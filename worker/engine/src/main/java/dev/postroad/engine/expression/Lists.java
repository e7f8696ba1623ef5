package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The functions of lists and of sets. */
final class Lists {
    private Lists() {}

    static JsonNode slice(Budget budget, JsonNode[] arguments) {
        ArrayNode list = Values.list(arguments[0], "slice");
        long from = Numbers.longValue(arguments[1], "slice");
        long to = Numbers.longValue(arguments[2], "slice");
        if (from < 0 || from > to || to > list.size()) {
            throw new Failure("slice: from " + from + " to " + to + " is out of range, the list has " + list.size());
        }
        budget.buildList(to - from);
        ArrayNode part = Values.NODES.arrayNode((int) (to - from));
        for (int i = (int) from; i < to; i++) {
            part.add(list.get(i));
        }
        return part;
    }

    static JsonNode flatten(Budget budget, JsonNode[] arguments) {
        long depth = arguments.length > 1 ? Numbers.longValue(arguments[1], "flatten") : 1;
        if (depth < 0) {
            throw new Failure("flatten: the depth " + depth + " is negative");
        }
        ArrayNode flat = Values.NODES.arrayNode();
        flatten(budget, Values.list(arguments[0], "flatten"), depth, flat);
        return flat;
    }

    private static void flatten(Budget budget, ArrayNode list, long depth, ArrayNode flat) {
        for (JsonNode element : list) {
            if (depth > 0 && element instanceof ArrayNode inside) {
                budget.step();
                flatten(budget, inside, depth - 1, flat);
            } else {
                budget.buildList(0);
                flat.add(element);
            }
        }
    }

    /** Bounded by itself, as one number from a trigger could take all memory. */
    static JsonNode range(Budget budget, JsonNode end) {
        long size = Numbers.longValue(end, "lists.range");
        if (size > Budget.ITERATIONS) {
            throw new Failure("a range of " + size + " is longer than " + Budget.ITERATIONS);
        }
        budget.buildList(2 * Math.max(0, size));
        ArrayNode range = Values.NODES.arrayNode();
        for (int i = 0; i < size; i++) {
            range.add(i);
        }
        return range;
    }

    static JsonNode reverse(Budget budget, JsonNode argument) {
        if (argument.isTextual()) {
            return Texts.reverse(budget, argument.textValue());
        }
        ArrayNode list = Values.list(argument, "reverse");
        budget.buildList(list.size());
        ArrayNode reversed = Values.NODES.arrayNode(list.size());
        for (int i = list.size() - 1; i >= 0; i--) {
            reversed.add(list.get(i));
        }
        return reversed;
    }

    static JsonNode distinct(Budget budget, JsonNode argument) {
        ArrayNode list = Values.list(argument, "distinct");
        budget.buildList(8L * list.size());
        ArrayNode distinct = Values.NODES.arrayNode();
        Set<Hashed> seen = new HashSet<>();
        for (JsonNode element : list) {
            if (seen.add(new Hashed(budget, element, Comparison.hash(budget, element)))) {
                distinct.add(element);
            }
        }
        return distinct;
    }

    /** An element among others; what it is compared with is charged, also where hashes were made to be the same. */
    private record Hashed(Budget budget, JsonNode value, int hash) {
        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            budget.step();
            return other instanceof Hashed hashed
                    && hashed.hash == hash
                    && Comparison.isSame(budget, value, hashed.value);
        }
    }

    static JsonNode sort(Budget budget, JsonNode argument) {
        ArrayNode list = Values.list(argument, "sort");
        budget.buildList(2L * list.size());
        List<JsonNode> sorted = new ArrayList<>(list.size());
        list.forEach(sorted::add);
        sorted.sort((a, b) -> order(budget, a, b));
        return Values.NODES.arrayNode(list.size()).addAll(sorted);
    }

    private static int order(Budget budget, JsonNode a, JsonNode b) {
        // A sort reads its elements in no order that a processor foresees.
        budget.steps(2);
        return Comparison.compare(budget, a, b);
    }

    /** Of pairs of a key and a value, the values in the order of the keys. */
    static JsonNode sortByKeys(Budget budget, JsonNode argument) {
        ArrayNode list = Values.list(argument, "sortBy");
        budget.buildList(2L * list.size());
        List<JsonNode> pairs = new ArrayList<>(list.size());
        list.forEach(pairs::add);
        pairs.sort((a, b) -> order(budget, a.required(0), b.required(0)));
        ArrayNode sorted = Values.NODES.arrayNode(list.size());
        pairs.forEach(pair -> sorted.add(pair.required(1)));
        return sorted;
    }

    static JsonNode containsAll(Budget budget, JsonNode list, JsonNode wanted) {
        budget.step();
        ArrayNode where = Values.list(list, "sets.contains");
        for (JsonNode element : Values.list(wanted, "sets.contains")) {
            if (!Comparison.contains(budget, where, element)) {
                return Values.of(false);
            }
        }
        return Values.of(true);
    }

    static JsonNode isEquivalent(Budget budget, JsonNode a, JsonNode b) {
        JsonNode contains = containsAll(budget, a, b);
        return contains.booleanValue() ? containsAll(budget, b, a) : contains;
    }

    static JsonNode intersects(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        ArrayNode where = Values.list(a, "sets.intersects");
        for (JsonNode element : Values.list(b, "sets.intersects")) {
            if (Comparison.contains(budget, where, element)) {
                return Values.of(true);
            }
        }
        return Values.of(false);
    }
}
