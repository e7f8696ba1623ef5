package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How runs of a graph wait for one another. Keys and weights are CEL over {@code input}, the trigger's, and {@code run},
 * with {@code id}, {@code graph}, {@code priority} and {@code tags}. Immutable.
 *
 * @param concurrency how many runs are under way at once, over all workers; each has to hold
 * @param rate how many runs begin within a period, over all workers; each has to hold
 * @param fairness whose runs begin by turns; null for the order in which they came
 * @param paused whether none of them begins: they are held in the queue until they are taken to a version that is not paused
 */
public record QueueSettings(
        List<Concurrency> concurrency,
        List<Rate> rate,
        @Nullable Fairness fairness,
        boolean paused) {
    /** Nothing said. */
    public static final QueueSettings NONE = new QueueSettings(List.of(), List.of(), null);

    /** The most limits of a kind. */
    public static final int MOST_LIMITS = 8;

    private static final int MOST_RUNS = 1_000_000;
    private static final Set<String> KNOWN = Set.of("concurrency", "rate", "fairness", "paused");
    private static final Set<String> KNOWN_OF_CONCURRENCY = Set.of("key", "runs");
    private static final Set<String> KNOWN_OF_RATE = Set.of("key", "runs", "per");
    private static final Set<String> KNOWN_OF_FAIRNESS = Set.of("key", "weight");
    private static final String EXAMPLE_OF_KEY = "write an expression such as input.tenant";

    /** Not paused. */
    public QueueSettings(List<Concurrency> concurrency, List<Rate> rate, @Nullable Fairness fairness) {
        this(concurrency, rate, fairness, false);
    }

    public QueueSettings {
        concurrency = List.copyOf(concurrency);
        rate = List.copyOf(rate);
    }

    /**
     * The most runs of the graph, or of a key, that are under way at once.
     *
     * @param key an expression; null for all runs of the graph together
     * @param runs 1 to 1,000,000
     */
    public record Concurrency(@Nullable String key, int runs) {}

    /**
     * The most runs of the graph, or of a key, that begin within any period of that length.
     *
     * @param key an expression; null for all runs of the graph together
     * @param runs 1 to 1,000,000
     */
    public record Rate(@Nullable String key, int runs, Duration per) {}

    /**
     * Runs of different keys begin by turns.
     *
     * @param key an expression
     * @param weight an expression that gives a number: of how many runs each turn of the key is; null for one each
     */
    public record Fairness(String key, @Nullable String weight) {}

    static QueueSettings read(@Nullable Fields fields) {
        if (fields == null) {
            return NONE;
        }
        fields.onlyKnown(KNOWN);
        Fields fairness = fields.nested("fairness");
        return new QueueSettings(
                all(fields, "concurrency", QueueSettings::concurrency),
                all(fields, "rate", QueueSettings::rate),
                fairness == null ? null : fairness(fairness),
                Boolean.TRUE.equals(fields.truth("paused")));
    }

    /** What a trigger says of its own run; it cannot pause a queue. */
    public static QueueSettings ofRun(@Nullable Fields fields) {
        if (fields == null) {
            return NONE;
        }
        if (fields.has("paused")) {
            fields.fault("paused", "has no meaning in a trigger", "use startAt, or pauseBefore with the first node");
        }
        QueueSettings read = read(fields);
        return new QueueSettings(read.concurrency, read.rate, read.fairness);
    }

    /** Puts what it says into an object. */
    public void put(ObjectNode json) {
        if (!concurrency.isEmpty()) {
            ArrayNode limits = json.putArray("concurrency");
            concurrency.forEach(limit -> put(limits.addObject(), limit.key()).put("runs", limit.runs()));
        }
        if (!rate.isEmpty()) {
            ArrayNode limits = json.putArray("rate");
            rate.forEach(limit -> put(limits.addObject(), limit.key())
                    .put("runs", limit.runs())
                    .put("per", limit.per().toString()));
        }
        if (fairness != null) {
            ObjectNode turns = put(json.putObject("fairness"), fairness.key());
            if (fairness.weight() != null) {
                turns.put("weight", fairness.weight());
            }
        }
        if (paused) {
            json.put("paused", true);
        }
    }

    private static ObjectNode put(ObjectNode limit, @Nullable String key) {
        return key == null ? limit : limit.put("key", key);
    }

    /** One may stand without a list. */
    private static <T> List<T> all(Fields fields, String field, Function<Fields, T> read) {
        JsonNode given = fields.tree(field);
        if (given == null) {
            return List.of();
        }
        if (given.isObject()) {
            return List.of(read.apply(Objects.requireNonNull(fields.nested(field))));
        }
        if (!(given instanceof ArrayNode list) || list.isEmpty() || list.size() > MOST_LIMITS) {
            fields.fault(
                    field,
                    "must be a list of 1 to " + MOST_LIMITS + " limits",
                    "write it like [ { key: \"input.tenant\", runs: 5" + (field.equals("rate") ? ", per: PT1M" : "")
                            + " } ]");
            return List.of();
        }
        List<T> all = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            all.add(read.apply(fields.element(field, i, list.get(i))));
        }
        return all;
    }

    private static Concurrency concurrency(Fields fields) {
        fields.onlyKnown(KNOWN_OF_CONCURRENCY);
        return new Concurrency(key(fields), runs(fields, "be under way at once"));
    }

    private static Rate rate(Fields fields) {
        fields.onlyKnown(KNOWN_OF_RATE);
        Duration per = fields.duration("per");
        if (!fields.has("per")) {
            fields.fault("per", "is missing", "say within what time, such as PT1M");
        }
        return new Rate(key(fields), runs(fields, "begin within that time"), per == null ? Duration.ofMinutes(1) : per);
    }

    private static Fairness fairness(Fields fields) {
        fields.onlyKnown(KNOWN_OF_FAIRNESS);
        return new Fairness(fields.requiredText("key", EXAMPLE_OF_KEY), weight(fields));
    }

    /** A number written out is an expression as well. */
    private static @Nullable String weight(Fields fields) {
        JsonNode weight = fields.tree("weight");
        return weight != null && weight.isNumber() ? weight.asText() : fields.text("weight");
    }

    private static @Nullable String key(Fields fields) {
        return fields.has("key") ? fields.requiredText("key", EXAMPLE_OF_KEY) : null;
    }

    private static int runs(Fields fields, String doing) {
        Integer runs = fields.whole("runs", 1, MOST_RUNS);
        if (!fields.has("runs")) {
            fields.fault("runs", "is missing", "say how many runs may " + doing + ", such as 5");
        }
        return runs == null ? MOST_RUNS : runs;
    }
}
