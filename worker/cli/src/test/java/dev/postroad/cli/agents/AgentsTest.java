package dev.postroad.cli.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Screen;
import dev.postroad.runtime.history.definitions.PublishedAgent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class AgentsTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void showsWhichAgentsAreCalledAndWhyOthersAreNot() {
        var nothing = JsonNodeFactory.instance.objectNode();
        var error =
                JsonNodeFactory.instance.objectNode().put("type", "http.503").put("message", "no upstream");
        var closed = new PublishedAgent.Breaker("closed", null);
        var agents = List.of(
                new PublishedAgent("helper", "java", null, closed, null, nothing),
                new PublishedAgent(
                        "researcher",
                        "http",
                        new PublishedAgent.Disabled("person", "too slow", NOON.minusSeconds(95), null),
                        closed,
                        null,
                        nothing),
                new PublishedAgent(
                        "writer",
                        "llm",
                        null,
                        new PublishedAgent.Breaker("open", NOON.plusSeconds(30)),
                        new PublishedAgent.LastError(error, NOON.minusSeconds(2)),
                        nothing));
        var figures = new AgentFiguresColumns(Map.of(), Characters.ALL);
        assertThat(String.join(
                        "\n",
                        Agents.table(agents, figures, ZoneOffset.UTC, NOON).lines(Screen.PAPER)))
                .isEqualTo("""
                AGENT       KIND  STATE                                        BREAKER              CALLS/H  OK  P50  P95  OK, 30 MIN  P95, 30 MIN  LAST ERROR
                helper      java  enabled                                      closed                     0
                researcher  http  disabled by person 1 min 35 s ago: too slow  closed                     0
                writer      llm   enabled                                      open until 12:00:30        0                                         2.0 s ago, http.503: no upstream""");
    }
}
