package dev.postroad.cli.agents;

import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Sparkline;
import dev.postroad.runtime.history.agents.AgentFigures;
import dev.postroad.runtime.history.agents.AgentStats;
import dev.postroad.runtime.history.agents.AgentStats.OfMinute;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Draws how an agent fared in the last half hour, as short lines. */
final class AgentTrend {
    static final Duration SPAN = Duration.ofMinutes(30);

    /** Two minutes a character, as more columns do not fit beside the figures. */
    private static final Duration STEP = Duration.ofMinutes(2);

    private AgentTrend() {}

    /** The share of calls that went well, from none to all. */
    static String success(AgentStats stats, Characters characters) {
        return Sparkline.of(steps(stats).stream().map(AgentTrend::successRate).toList(), 1, characters);
    }

    /** The latency that 95 of 100 calls keep, from nothing to the longest. */
    static String latency(AgentStats stats, Characters characters) {
        List<OptionalDouble> latencies =
                steps(stats).stream().map(AgentTrend::latency).toList();
        double most =
                latencies.stream().flatMapToDouble(OptionalDouble::stream).max().orElse(0);
        return Sparkline.of(latencies, most, characters);
    }

    private static OptionalDouble successRate(List<AgentFigures> step) {
        long calls = step.stream().mapToLong(AgentFigures::calls).sum();
        long failures = step.stream().mapToLong(AgentFigures::failures).sum();
        return calls == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) (calls - failures) / calls);
    }

    /** Percentiles do not add up, so the worst of them stands for the step. */
    private static OptionalDouble latency(List<AgentFigures> step) {
        return step.stream()
                .map(AgentFigures::latency)
                .mapMultiToDouble((latency, then) -> {
                    if (latency != null) {
                        then.accept((double) latency.p95Millis());
                    }
                })
                .max();
    }

    /** The last step ends with the minute that is not over yet. */
    private static List<List<AgentFigures>> steps(AgentStats stats) {
        int count = (int) SPAN.dividedBy(STEP);
        List<List<AgentFigures>> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(new ArrayList<>());
        }
        var begin = stats.until()
                .truncatedTo(ChronoUnit.MINUTES)
                .plus(Duration.ofMinutes(1))
                .minus(SPAN);
        for (OfMinute ofMinute : stats.minutes()) {
            if (!ofMinute.minute().isBefore(begin)) {
                int step = (int) Duration.between(begin, ofMinute.minute()).dividedBy(STEP);
                // A worker's clock may be ahead of that of Postgres.
                steps.get(Math.min(step, count - 1)).add(ofMinute.figures());
            }
        }
        return steps;
    }
}
