package dev.postroad.cli.agents;

import dev.postroad.cli.screen.Table;
import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.definitions.PublishedAgent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes which agents there are, and how they are. */
final class Agents {
    private static final int LONGEST_ERROR = 60;

    private final DateTimeFormatter time;
    private final Instant now;

    private Agents(ZoneId zone, Instant now) {
        this.time = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(zone);
        this.now = now;
    }

    /** A row for each agent. */
    static Table table(List<PublishedAgent> agents, AgentFiguresColumns figures, ZoneId zone, Instant now) {
        Agents writer = new Agents(zone, now);
        Table table = AgentFiguresColumns.addTo(
                        new Table().words("AGENT").words("KIND").words("STATE").words("BREAKER"))
                .words("LAST ERROR");
        agents.forEach(agent -> {
            List<String> cells = new ArrayList<>(List.of(
                    agent.name(), agent.kind(), writer.state(agent.disabled()), writer.breaker(agent.breaker())));
            cells.addAll(figures.cells(agent.name()));
            cells.add(writer.error(agent.lastError()));
            table.row(cells.toArray(String[]::new));
        });
        return table;
    }

    private String state(PublishedAgent.@Nullable Disabled disabled) {
        if (disabled == null) {
            return "enabled";
        }
        StringBuilder state = new StringBuilder("disabled");
        if (disabled.by() != null) {
            state.append(" by ").append(disabled.by());
        }
        if (disabled.at() != null) {
            state.append(' ').append(ago(disabled.at()));
        }
        if (disabled.reason() != null) {
            state.append(": ").append(disabled.reason());
        }
        return Text.cut(state.toString(), LONGEST_ERROR);
    }

    private String breaker(PublishedAgent.Breaker breaker) {
        return breaker.until() == null ? breaker.state() : breaker.state() + " until " + time.format(breaker.until());
    }

    private String error(PublishedAgent.@Nullable LastError error) {
        if (error == null) {
            return "";
        }
        String told = ago(error.at()) + ", " + error.error().path("type").asText() + ": "
                + error.error().path("message").asText();
        return Text.cut(told, LONGEST_ERROR);
    }

    private String ago(Instant then) {
        return Text.of(then.isAfter(now) ? Duration.ZERO : Duration.between(then, now)) + " ago";
    }
}
