package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of a run.
 *
 * @param supersteps the most supersteps that a run may take, 1 to 1,000,000
 * @param timeout the longest that a run may take; null for no limit
 * @param superstepTimeout the longest that a superstep may take; null for no limit
 * @param concurrency the most tasks of one superstep that run at once, 1 to 100,000
 * @param tokens the most tokens, in and out, that the agents of a run may use; null for no limit
 * @param runs the most runs of the graph that are under way at once, in the whole cluster, 1 to 1,000,000; null for no
 *     limit
 * @param stateBytes the largest that the state may grow, in bytes of JSON, about; 1 KiB to 1 GiB
 * @param tasks the most tasks that a run may have at once: those of a superstep, done or not, where a task that is a graph
 *     counts as those inside it; 1 to {@value #MAX_TASKS}
 * @param iterations the most elements that the macros of one evaluation of an expression may walk, 1 to
 *     {@value #MAX_ITERATIONS}; twenty times as many steps may it take
 */
public record Limits(
        int supersteps,
        @Nullable Duration timeout,
        @Nullable Duration superstepTimeout,
        int concurrency,
        @Nullable Integer tokens,
        @Nullable Integer runs,
        int stateBytes,
        int tasks,
        int iterations) {
    /** Beyond this, one expression would hold up all other runs for longer than they should wait. */
    public static final int MAX_ITERATIONS = 500_000;

    /** Beyond this, the memory of a worker and the cost of each step belong to one run. */
    public static final int MAX_TASKS = 100_000;

    private static final int KIBIBYTE = 1 << 10;
    private static final int MEBIBYTE = 1 << 20;
    private static final int GIBIBYTE = 1 << 30;

    /** The bounds where a graph names none. */
    public static final Limits DEFAULT = new Limits(100, null, null, 1_000, null, null, 16 * MEBIBYTE, 10_000, 100_000);

    private static final Set<String> KNOWN = Set.of(
            "supersteps",
            "timeout",
            "superstepTimeout",
            "concurrency",
            "tokens",
            "runs",
            "stateBytes",
            "tasks",
            "iterations");

    static Limits read(@Nullable Fields fields) {
        if (fields == null) {
            return DEFAULT;
        }
        fields.onlyKnown(KNOWN);
        return new Limits(
                Objects.requireNonNullElse(fields.whole("supersteps", 1, 1_000_000), DEFAULT.supersteps),
                fields.duration("timeout"),
                fields.duration("superstepTimeout"),
                Objects.requireNonNullElse(fields.whole("concurrency", 1, 100_000), DEFAULT.concurrency),
                fields.whole("tokens", 1, Integer.MAX_VALUE),
                fields.whole("runs", 1, 1_000_000),
                Objects.requireNonNullElse(fields.whole("stateBytes", KIBIBYTE, GIBIBYTE), DEFAULT.stateBytes),
                Objects.requireNonNullElse(fields.whole("tasks", 1, MAX_TASKS), DEFAULT.tasks),
                Objects.requireNonNullElse(fields.whole("iterations", 1, MAX_ITERATIONS), DEFAULT.iterations));
    }
}
