package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the runs of a version of a graph wait for one another. Immutable and thread-safe.
 *
 * @param concurrency how many are under way at once, over all workers; the short form, {@code limits.runs}, is the first
 * @param rates how many begin within a period, over all workers
 * @param fairness whose runs begin by turns; null for the order in which they came
 */
public record QueueRules(
        List<Concurrency> concurrency,
        List<Rate> rates,
        @Nullable Fairness fairness) {
    /** Runs begin in the order in which they came, as soon as there is a place. */
    public static final QueueRules NONE = new QueueRules(List.of(), List.of(), null);

    /** What a weight is between. */
    public static final double LEAST_WEIGHT = 0.01;

    /** What a weight is between. */
    public static final double MOST_WEIGHT = 1_000;

    public QueueRules {
        concurrency = List.copyOf(concurrency);
        rates = List.copyOf(rates);
    }

    /**
     * The most runs that are under way at once.
     *
     * @param key null for all runs of the graph together
     * @param runs 0 where the version is paused
     */
    public record Concurrency(@Nullable KeyExpression key, int runs) {
        /** Whether it is there to hold all runs of a version that is paused. */
        boolean isPause() {
            return runs == 0;
        }

        /** What runs are counted together by. */
        public String bucket(String value) {
            return "runs/" + (key == null ? "" : key + "/" + value);
        }
    }

    /**
     * The most runs that begin within a time.
     *
     * @param key null for all runs of the graph together
     */
    public record Rate(@Nullable KeyExpression key, int runs, Duration per) {
        /** What runs are counted together by. */
        public String bucket(String value) {
            return bucket(key == null ? null : key.toString(), per, value);
        }

        /**
         * The same.
         *
         * @param expression of the key; null for all runs of the graph together
         */
        public static String bucket(@Nullable String expression, Duration per, String value) {
            return per + "/" + (expression == null ? "" : KeyExpression.name(expression) + "/" + value);
        }
    }

    /**
     * Whose runs begin by turns.
     *
     * @param weight null for 1
     */
    public record Fairness(KeyExpression key, @Nullable KeyExpression weight) {
        /** Of how many runs a turn of the key is. */
        public double weightOf(JsonNode input, JsonNode run) {
            return weight == null ? 1 : weight.number(input, run, LEAST_WEIGHT, MOST_WEIGHT, 1);
        }
    }

    /** Whether runs begin by turns that are given over all workers. */
    public boolean isLimited() {
        return !concurrency.isEmpty() || !rates.isEmpty();
    }

    /** Whether no run begins: each stays where it is until it is taken to another version. */
    public boolean isPaused() {
        return concurrency.stream().anyMatch(Concurrency::isPause);
    }

    /** Whether some limit is one by key. */
    public boolean hasKeys() {
        return concurrency.stream().anyMatch(limit -> limit.key() != null)
                || rates.stream().anyMatch(limit -> limit.key() != null);
    }

    /** The keys of a run for each limit, those of concurrency first; the empty key for a limit without. */
    public List<String> keys(JsonNode input, JsonNode run) {
        List<String> keys = new ArrayList<>(concurrency.size() + rates.size());
        concurrency.forEach(limit -> keys.add(KeyExpression.keyOf(limit.key(), input, run)));
        rates.forEach(limit -> keys.add(KeyExpression.keyOf(limit.key(), input, run)));
        return keys;
    }
}
