package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What was found to be wrong, with some examples of each. Confined to one thread. */
final class Verdict {
    static final int MOST_EXAMPLES = 20;

    private final ArrayNode faults = JsonNodeFactory.instance.arrayNode();
    private final Numbers numbers;
    private long unaccounted;

    /** @param numbers the numbers of what was sent */
    Verdict(Numbers numbers) {
        this.numbers = numbers;
    }

    boolean isSound() {
        return faults.isEmpty();
    }

    ArrayNode faults() {
        return faults;
    }

    /** How many records were not accounted for. */
    long unaccounted() {
        return unaccounted;
    }

    /** Something is wrong unless it holds. */
    void require(boolean holds, String otherwise) {
        if (!holds) {
            faults.addObject().put("fault", otherwise);
        }
    }

    /** Some records, if any, were not accounted for, or wrongly. */
    void unaccounted(Door door, String fault, Spots spots) {
        unaccounted(door, fault, spots.count(), spots.first(MOST_EXAMPLES));
    }

    void unaccounted(Door door, String fault, long count, List<Spot> spots) {
        if (count == 0) {
            return;
        }
        unaccounted += count;
        ObjectNode found = faults.addObject().put("fault", fault).put("records", count);
        ArrayNode examples = found.putArray("examples");
        spots.stream().limit(MOST_EXAMPLES).forEach(spot -> {
            ObjectNode example = examples.addObject();
            Long number = numbers.of(door, spot);
            if (number != null) {
                example.put("number", number);
            }
            example.put("topic", door.name().toLowerCase(java.util.Locale.ROOT))
                    .put("partition", spot.partition())
                    .put("offset", spot.offset());
        });
    }
}
