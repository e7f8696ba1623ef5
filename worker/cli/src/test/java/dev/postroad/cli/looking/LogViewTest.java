package dev.postroad.cli.looking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.cli.screen.Screen;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.history.past.LogLine;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class LogViewTest {
    private final LogView view = new LogView(ZoneOffset.UTC, Screen.PAPER);

    @Test
    void aLineOfAnAttemptNamesItsNode() {
        assertThat(view.text(line("draft", 1, "asked the model")))
                .isEqualTo("10:00:00.000  WARN   draft: asked the model  {\"model\":\"m-1\"}");
        assertThat(view.text(line("draft", 3, "asked the model"))).contains("draft (attempt 3): asked the model");
    }

    @Test
    void aLineOfTheRunAsAWholeNamesNone() {
        assertThat(view.text(line(null, null, "its journal cannot be read\nfor a reason")))
                .startsWith("10:00:00.000  WARN   its journal cannot be read")
                .endsWith("    for a reason");
    }

    private static LogLine line(@Nullable String node, @Nullable Integer attempt, String message) {
        return new LogLine(
                1,
                Instant.parse("2031-03-01T10:00:00Z"),
                LogLevel.WARN,
                "order-1",
                node == null ? null : "launch",
                node,
                node == null ? null : node + "@1",
                attempt,
                node == null ? null : "copywriter",
                "worker-1",
                message,
                JsonNodeFactory.instance.objectNode().put("model", "m-1"));
    }
}
