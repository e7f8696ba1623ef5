package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * How the calls of each agent go, for whoever scrapes this worker. Graphs are left out, as each would make as many
 * series again; agents beyond the first {@value #MOST_AGENTS} go by one name. Thread-safe; waits for nobody.
 */
final class CallMeters {
    static final int MOST_AGENTS = 200;

    /** No agent is called so. */
    static final String OTHERS = "(others)";

    /** In milliseconds; each step is at most twice the one before, so that a percentile between two is told well. */
    private static final Duration[] BUCKETS = LongStream.of(
                    5, 10, 25, 50, 75, 100, 150, 200, 250, 300, 350, 400, 500, 600, 750, 1_000, 1_500, 2_000, 3_000,
                    4_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 120_000, 300_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final ConcurrentHashMap<String, OfAgent> agents = new ConcurrentHashMap<>();

    CallMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    private record OfAgent(
            Counter successes,
            Counter failures,
            Counter inputTokens,
            Counter outputTokens,
            Counter cost,
            Timer latency) {}

    void add(String agent, CallOutcome outcome, long millis, Usage usage) {
        OfAgent meters = meters(agent);
        switch (outcome) {
            case SUCCESS -> meters.successes.increment();
            case FAILURE -> meters.failures.increment();
        }
        meters.inputTokens.increment((double) usage.inputTokens());
        meters.outputTokens.increment((double) usage.outputTokens());
        if (usage.cost() != null) {
            meters.cost.increment(usage.cost().doubleValue());
        }
        meters.latency.record(millis, TimeUnit.MILLISECONDS);
    }

    private OfAgent meters(String agent) {
        OfAgent known = agents.get(agent);
        if (known != null) {
            return known;
        }
        return agents.computeIfAbsent(agents.size() < MOST_AGENTS ? agent : OTHERS, this::register);
    }

    private OfAgent register(String agent) {
        return new OfAgent(
                counter(agent, CallOutcome.SUCCESS),
                counter(agent, CallOutcome.FAILURE),
                tokens(agent, "input"),
                tokens(agent, "output"),
                Counter.builder("postroad.agent.cost")
                        .description("What calls cost, as their agents or the prices of models say")
                        .tag("agent", agent)
                        .register(registry),
                Timer.builder("postroad.agent.call")
                        .description("How long calls of agents took")
                        .tag("agent", agent)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry));
    }

    private Counter tokens(String agent, String kind) {
        return Counter.builder("postroad.agent.tokens")
                .description("Tokens of models that calls used")
                .tag("agent", agent)
                .tag("kind", kind)
                .register(registry);
    }

    private Counter counter(String agent, CallOutcome outcome) {
        return Counter.builder("postroad.agent.calls")
                .description("Attempts that reached their agent")
                .tag("agent", agent)
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }
}
