package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How the calls of each agent go, for whoever scrapes this worker. Graphs are left out, as each would make as many
 * series again; agents beyond the first {@value #MOST_AGENTS} go by one name. Thread-safe; waits for nobody.
 */
final class CallMeters {
    static final int MOST_AGENTS = 200;

    /** No agent is called so. */
    static final String OTHERS = "(others)";

    /** Few, as each is a series for each agent. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5)
    };

    private final MeterRegistry registry;
    private final ConcurrentHashMap<String, OfAgent> agents = new ConcurrentHashMap<>();

    CallMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    private record OfAgent(
            Counter successes, Counter failures, Counter inputTokens, Counter outputTokens, Timer latency) {}

    void add(String agent, CallOutcome outcome, long millis, Usage usage) {
        OfAgent meters = meters(agent);
        switch (outcome) {
            case SUCCESS -> meters.successes.increment();
            case FAILURE -> meters.failures.increment();
        }
        meters.inputTokens.increment((double) usage.inputTokens());
        meters.outputTokens.increment((double) usage.outputTokens());
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
                Timer.builder("postroad.agent.call")
                        .tag("agent", agent)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry));
    }

    private Counter tokens(String agent, String kind) {
        return Counter.builder("postroad.agent.tokens")
                .tag("agent", agent)
                .tag("kind", kind)
                .register(registry);
    }

    private Counter counter(String agent, CallOutcome outcome) {
        return Counter.builder("postroad.agent.calls")
                .tag("agent", agent)
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }
}
