package dev.postroad.cli.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.cli.arguments.PointInTime;
import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Table;
import dev.postroad.runtime.history.agents.AgentFigures;
import dev.postroad.runtime.history.agents.AgentFigures.Latency;
import dev.postroad.runtime.history.agents.AgentHealth;
import dev.postroad.runtime.history.agents.AgentStats;
import dev.postroad.runtime.history.agents.AgentStats.OfGraph;
import dev.postroad.runtime.history.agents.AgentStats.OfMinute;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class AgentStatsTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:30Z");
    private static final AgentStats STATS = new AgentStats(
            "scout",
            NOON.minus(Duration.ofHours(1)).minusSeconds(30),
            NOON,
            new AgentHealth(
                    true,
                    "half-open",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("type", "http.503")
                            .put("message", "overloaded"),
                    NOON.minusSeconds(95)),
            figures(1_203, 3, 40),
            List.of(new OfGraph("errand", figures(3, 3, 12_000)), new OfGraph("tour", figures(1_200, 0, 40))),
            List.of(
                    minute(45, figures(100, 0, 5_000)),
                    minute(29, figures(100, 0, 80)),
                    minute(5, figures(60, 60, 40)),
                    minute(4, figures(40, 15, 10)),
                    minute(0, figures(1, 1, 20))));

    private static AgentFigures figures(long calls, long failures, long millis) {
        return new AgentFigures(
                calls,
                failures,
                10 * calls,
                2 * calls,
                new Latency(millis + 0.4, millis, 2 * millis, 3 * millis, 4 * millis));
    }

    private static OfMinute minute(int ago, AgentFigures figures) {
        return new OfMinute(NOON.minusSeconds(30 + 60L * ago), figures);
    }

    @Test
    void showsHowAnAgentFared() {
        assertThat(String.join("\n", AgentStatsView.lines(STATS, ZoneOffset.UTC, Screen.PAPER, Characters.ALL)))
                .isEqualTo("""
                agent       scout
                since       2026-11-22 11:00:00, 1 h 00 min ago
                state       enabled
                breaker     half-open
                last error  http.503: overloaded, 1 min 35 s ago
                ok, 30 min  █           ▃ ▁
                p95, 30 min █           ▅ ▃

                GRAPH   CALLS  FAILED     OK  AVERAGE    P50    P95     P99  LONGEST  TOKENS IN  TOKENS OUT
                errand      3       3    0 %     12 s   12 s   24 s    36 s     48 s         30           6
                tour    1,200       0  100 %    40 ms  40 ms  80 ms  120 ms   160 ms     12,000       2,400
                total   1,203       3   99 %    40 ms  40 ms  80 ms  120 ms   160 ms     12,030       2,406""");
    }

    @Test
    void theTableOfAgentsTellsHowTheyFare() {
        var columns = new AgentFiguresColumns(Map.of("scout", STATS), Characters.ASCII);
        Table table = AgentFiguresColumns.addTo(new Table().words("AGENT"));
        for (String agent : List.of("idle", "scout")) {
            List<String> cells = columns.cells(agent);
            table.row(agent, cells.get(0), cells.get(1), cells.get(2), cells.get(3), cells.get(4), cells.get(5));
        }
        assertThat(String.join("\n", table.lines(Screen.PAPER))).isEqualTo("""
                AGENT  CALLS/H    OK    P50    P95  OK, 30 MIN       P95, 30 MIN
                idle         0
                scout    1,203  99 %  40 ms  80 ms  #           - _  #           = -""");
    }

    @Test
    void takesATimeAsPeopleTypeIt() {
        assertThat(PointInTime.read("90s").at(NOON)).isEqualTo(NOON.minusSeconds(90));
        assertThat(PointInTime.read("1h").at(NOON)).isEqualTo(NOON.minus(Duration.ofHours(1)));
        assertThat(PointInTime.read("7d").at(NOON)).isEqualTo(NOON.minus(Duration.ofDays(7)));
        assertThat(PointInTime.read("PT30M").at(NOON)).isEqualTo(NOON.minus(Duration.ofMinutes(30)));
    }
}
