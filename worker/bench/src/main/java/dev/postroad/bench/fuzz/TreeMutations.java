package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Changes a tree at random places. */
final class TreeMutations {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int MOST_KEYS = 500;
    private static final int DEEPEST = 110;
    private static final int KINDS = 12;

    private final RandomGenerator random;

    TreeMutations(RandomGenerator random) {
        this.random = random;
    }

    /** Changes a tree once or a few times. */
    void mutate(ObjectNode tree) {
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            List<Slot> slots = new ArrayList<>();
            collect(tree, slots);
            if (slots.isEmpty()) {
                tree.put("extra", Texts.any(random));
            } else {
                mutate(tree, slots.get(random.nextInt(slots.size())));
            }
        }
    }

    private sealed interface Slot {
        JsonNode value();

        void set(JsonNode value);

        void remove();
    }

    private record Field(ObjectNode parent, String name) implements Slot {
        @Override
        public JsonNode value() {
            return parent.path(name);
        }

        @Override
        public void set(JsonNode value) {
            parent.set(name, value);
        }

        @Override
        public void remove() {
            parent.remove(name);
        }
    }

    private record Element(ArrayNode parent, int index) implements Slot {
        @Override
        public JsonNode value() {
            return parent.path(index);
        }

        @Override
        public void set(JsonNode value) {
            parent.set(index, value);
        }

        @Override
        public void remove() {
            parent.remove(index);
        }
    }

    private static void collect(JsonNode node, List<Slot> slots) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> slots.add(new Field(object, name)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                slots.add(new Element(array, i));
            }
        }
        node.forEach(child -> collect(child, slots));
    }

    private void mutate(ObjectNode root, Slot slot) {
        switch (random.nextInt(KINDS)) {
            case 0 -> slot.remove();
            case 1 -> slot.set(JSON.nullNode());
            case 2 -> slot.set(number());
            case 3 -> slot.set(JSON.booleanNode(random.nextBoolean()));
            case 4, 5 -> slot.set(JSON.textNode(Texts.any(random)));
            case 6 -> slot.set(JSON.arrayNode().add(slot.value().deepCopy()));
            case 7 ->
                slot.set(JSON.objectNode().set(Texts.any(random), slot.value().deepCopy()));
            case 8 -> slot.set(nested(slot.value().deepCopy()));
            case 9 -> many(slot);
            case 10 -> root.set(Texts.any(random), slot.value().deepCopy());
            default -> slot.set(other(root));
        }
    }

    private JsonNode number() {
        return switch (random.nextInt(9)) {
            case 0 -> JSON.numberNode(0);
            case 1 -> JSON.numberNode(-1);
            case 2 -> JSON.numberNode(Integer.MAX_VALUE);
            case 3 -> JSON.numberNode(Long.MIN_VALUE);
            case 4 -> JSON.numberNode(BigInteger.TEN.pow(40));
            case 5 -> JSON.numberNode(new BigDecimal("1E+400"));
            case 6 -> JSON.numberNode(Double.MIN_VALUE);
            case 7 -> JSON.numberNode(0.1);
            default -> JSON.numberNode(random.nextLong());
        };
    }

    /** Some are deeper than what is accepted. */
    private JsonNode nested(JsonNode inner) {
        JsonNode tree = inner;
        int depth = random.nextInt(DEEPEST);
        for (int i = 0; i < depth; i++) {
            tree = JSON.arrayNode().add(tree);
        }
        return tree;
    }

    private void many(Slot slot) {
        int count = 1 + random.nextInt(random.nextInt(20) == 0 ? MOST_KEYS : 20);
        JsonNode value = slot.value();
        if (value instanceof ObjectNode object) {
            for (int i = 0; i < count; i++) {
                object.put("unknown" + i, i);
            }
            return;
        }
        ArrayNode array = JSON.arrayNode();
        for (int i = 0; i < count; i++) {
            array.add(value.isContainerNode() ? JSON.numberNode(i) : value);
        }
        slot.set(array);
    }

    private JsonNode other(ObjectNode root) {
        List<Slot> slots = new ArrayList<>();
        collect(root, slots);
        return slots.get(random.nextInt(slots.size())).value().deepCopy();
    }
}
