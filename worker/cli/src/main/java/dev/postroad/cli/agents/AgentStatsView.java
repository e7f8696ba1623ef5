package dev.postroad.cli.agents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Table;
import dev.postroad.cli.screen.Text;
import dev.postroad.runtime.history.agents.AgentFigures;
import dev.postroad.runtime.history.agents.AgentFigures.Latency;
import dev.postroad.runtime.history.agents.AgentHealth;
import dev.postroad.runtime.history.agents.AgentStats;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes how an agent fared: what is known of it, its figures by graph, and their course. */
final class AgentStatsView {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final int LABEL_COLUMNS = 12;

    private AgentStatsView() {}

    static List<String> lines(AgentStats stats, ZoneId zone, Screen screen, Characters characters) {
        List<String> lines = new ArrayList<>();
        lines.add(fact("agent", stats.agent()));
        lines.add(fact("since", TIME.format(stats.since().atZone(zone)) + ", " + ago(stats.since(), stats.until())));
        if (stats.health() != null) {
            add(lines, stats.health(), stats.until());
        }
        if (!stats.minutes().isEmpty()) {
            lines.add(fact("ok, 30 min", AgentTrend.success(stats, characters)).stripTrailing());
            lines.add(fact("p95, 30 min", AgentTrend.latency(stats, characters)).stripTrailing());
        }
        // An agent's words may hold anything.
        lines.replaceAll(line -> screen.fit(Colour.NONE, line));
        lines.add("");
        lines.addAll(table(stats).lines(screen));
        return lines;
    }

    private static void add(List<String> lines, AgentHealth health, Instant now) {
        lines.add(fact("state", health.enabled() ? "enabled" : "disabled"));
        lines.add(fact("breaker", health.breaker()));
        JsonNode error = health.lastError();
        if (error != null) {
            String when = health.lastErrorAt() == null ? "" : ", " + ago(health.lastErrorAt(), now);
            lines.add(fact(
                    "last error",
                    error.path("type").asText() + ": " + error.path("message").asText() + when));
        }
    }

    private static Table table(AgentStats stats) {
        Table table = new Table()
                .words("GRAPH")
                .figures("CALLS")
                .figures("FAILED")
                .figures("OK")
                .figures("AVERAGE")
                .figures("P50")
                .figures("P95")
                .figures("P99")
                .figures("LONGEST")
                .figures("TOKENS IN")
                .figures("TOKENS OUT");
        stats.graphs().forEach(ofGraph -> row(table, ofGraph.graph(), ofGraph.figures()));
        row(table, "total", stats.total());
        return table;
    }

    private static void row(Table table, String name, AgentFigures figures) {
        Latency latency = figures.latency();
        table.row(
                name,
                AgentNumbers.count(figures.calls()),
                AgentNumbers.count(figures.failures()),
                AgentNumbers.share(figures),
                latency == null ? "" : AgentNumbers.millis(Math.round(latency.averageMillis())),
                latency == null ? "" : AgentNumbers.millis(latency.p50Millis()),
                latency == null ? "" : AgentNumbers.millis(latency.p95Millis()),
                latency == null ? "" : AgentNumbers.millis(latency.p99Millis()),
                latency == null ? "" : AgentNumbers.millis(latency.maxMillis()),
                AgentNumbers.count(figures.inputTokens()),
                AgentNumbers.count(figures.outputTokens()));
    }

    private static String ago(Instant then, Instant now) {
        return Text.of(then.isAfter(now) ? Duration.ZERO : Duration.between(then, now)) + " ago";
    }

    private static String fact(String label, String value) {
        return Text.padded(label, LABEL_COLUMNS) + value;
    }
}
