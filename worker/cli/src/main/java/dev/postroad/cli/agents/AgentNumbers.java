package dev.postroad.cli.agents;

import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.agents.AgentFigures;
import java.time.Duration;
import java.util.Locale;

/** Writes the figures of agents. */
final class AgentNumbers {
    private AgentNumbers() {}

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** The share of calls that went well: 100 % only where all did. */
    static String share(AgentFigures figures) {
        return figures.successRate().isEmpty()
                ? ""
                : Text.percent(figures.successRate().getAsDouble()).strip();
    }

    static String millis(long millis) {
        return Text.of(Duration.ofMillis(millis));
    }
}
