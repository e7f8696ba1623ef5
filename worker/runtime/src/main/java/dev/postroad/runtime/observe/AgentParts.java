package dev.postroad.runtime.observe;

import dev.postroad.runtime.availability.CallRestriction;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What is to be said of the agents that cannot simply be called. */
public final class AgentParts {
    /** No more are named; {@code postroad agents} lists all. */
    private static final int MOST_NAMED = 10;

    private AgentParts() {}

    /** Which circuit breakers are not closed, and until when. */
    public static PartHealth breakers(Collection<CallRestriction> restrictions) {
        return degraded(restrictions.stream()
                .filter(restriction -> restriction.breaker() != null)
                .map(restriction -> restriction.agent() + ": " + told(restriction.breaker()))
                .sorted()
                .toList());
    }

    private static String told(CallRestriction.Breaker breaker) {
        return breaker.halfOpen()
                ? "half-open, a few calls are let through to see"
                : "open until " + breaker.until().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Which agents are disabled, by whom, and why. */
    public static PartHealth disabled(Collection<CallRestriction> restrictions) {
        return degraded(restrictions.stream()
                .filter(restriction -> restriction.disabled() != null)
                .map(restriction ->
                        restriction.agent() + ": " + restriction.disabled().why())
                .sorted()
                .toList());
    }

    private static PartHealth degraded(List<String> agents) {
        if (agents.isEmpty()) {
            return new PartHealth.Ok();
        }
        String named = agents.stream().limit(MOST_NAMED).collect(Collectors.joining("; "));
        int more = agents.size() - MOST_NAMED;
        return new PartHealth.Degraded(more > 0 ? named + "; and " + more + " more" : named);
    }
}
