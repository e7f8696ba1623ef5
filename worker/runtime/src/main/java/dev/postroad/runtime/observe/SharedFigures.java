package dev.postroad.runtime.observe;

import dev.postroad.runtime.availability.CallRestriction;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What each worker tells of all of them, so that it counts once: by the highest of what they tell, not by the sum. */
public final class SharedFigures {
    private SharedFigures() {}

    /** Registers what was seen last, and thus costs nothing where it is asked for. */
    public static void measure(
            MeterRegistry registry, TriggerLag lag, QueueWait queue, Supplier<Collection<CallRestriction>> agents) {
        Gauge.builder("postroad.triggers.waiting", lag, TriggerLag::waiting)
                .description("Triggers in Kafka that no worker has read yet, over all shards")
                .register(registry);
        Gauge.builder("postroad.queue.runs", queue, QueueWait::queued)
                .description("Queued runs over all workers; 10,001 stands for more than 10,000")
                .register(registry);
        TimeGauge.builder(
                        "postroad.queue.oldest",
                        queue,
                        TimeUnit.MILLISECONDS,
                        waits -> waits.oldest().toMillis())
                .description("How long the oldest queued run has waited for its start")
                .register(registry);
        restricted(registry, agents, "breaker", restriction -> restriction.breaker() != null);
        restricted(registry, agents, "disabled", restriction -> restriction.disabled() != null);
    }

    private static void restricted(
            MeterRegistry registry,
            Supplier<Collection<CallRestriction>> agents,
            String why,
            Predicate<CallRestriction> rule) {
        Gauge.builder(
                        "postroad.agents.restricted",
                        agents,
                        all -> all.get().stream().filter(rule).count())
                .description(
                        "Agents that cannot simply be called: by a circuit breaker that is not closed, or disabled")
                .tag("why", why)
                .register(registry);
    }
}
