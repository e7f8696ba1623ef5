package dev.postroad.cli.looking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Screen;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class HealthViewTest {
    private static final String REPORT = """
            { "status": "bad",
              "parts": {
                "kafka": { "state": "bad", "why": "Kafka has not answered since noon" },
                "lanes": { "state": "ok" },
                "agents": { "state": "degraded", "why": "echo: a person disabled it: too dear" }
              }
            }""";

    private final JsonNode report = read(REPORT);

    @Test
    void everyPartHasALineWithItsStateAndWhy() {
        assertThat(HealthView.lines(report, Screen.PAPER))
                .containsExactly(
                        "kafka      bad       Kafka has not answered since noon",
                        "lanes      ok",
                        "agents     degraded  echo: a person disabled it: too dear");
    }

    @Test
    void aGlanceAtATerminalShowsWhatIsBad() {
        Screen terminal = new Screen(40, 24, Screen.Colours.USED);
        assertThat(HealthView.lines(report, terminal))
                .containsExactly(
                        "\u001b[31mkafka      bad       Kafka has not ans…\u001b[0m",
                        "\u001b[32mlanes      ok\u001b[0m",
                        "\u001b[33magents     degraded  echo: a person di…\u001b[0m");
    }

    private static JsonNode read(String json) {
        try {
            return Json.read(json.getBytes(StandardCharsets.UTF_8));
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }
}
