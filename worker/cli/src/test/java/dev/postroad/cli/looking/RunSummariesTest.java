package dev.postroad.cli.looking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.history.runs.RunSummary;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class RunSummariesTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final ObjectNode ERROR = JsonNodeFactory.instance
            .objectNode()
            .put("type", "http.503")
            .put("message", "busy")
            .put("node", "draw");
    private static final RunSummary FAILED = new RunSummary(
            "order-1",
            "launch",
            3,
            RunStatus.FAILED,
            5,
            JsonNodeFactory.instance.objectNode().put("n", 1),
            Map.of("tenant", "acme"),
            ERROR,
            NOON,
            NOON.plusSeconds(1),
            NOON.plusSeconds(13),
            null,
            null,
            null,
            List.of());
    private static final RunSummary QUEUED = new RunSummary(
            "a",
            "launch",
            3,
            RunStatus.QUEUED,
            0,
            JsonNodeFactory.instance.objectNode(),
            Map.of(),
            null,
            NOON,
            null,
            null,
            null,
            null,
            null,
            List.of());

    @Test
    void writesATable() {
        assertThat(String.join("\n", RunSummaries.table(List.of(FAILED, QUEUED), ZoneOffset.UTC, NOON)))
                .isEqualTo("""
                RUN      GRAPH   STATUS     QUEUED               TOOK
                order-1  launch  failed     2026-11-22 12:00:00  12 s
                a        launch  queued     2026-11-22 12:00:00""");
    }

    @Test
    void writesFacts() {
        assertThat(String.join("\n", RunSummaries.facts(FAILED, ZoneOffset.UTC)))
                .isEqualTo("""
                run       order-1
                graph     launch, version 3
                status    failed
                queued    2026-11-22 12:00:00
                started   2026-11-22 12:00:01
                ended     2026-11-22 12:00:13
                priority  5
                tags      tenant=acme
                error     http.503 in draw: busy
                input     {"n":1}""");
    }

    @Test
    void writesJson() {
        assertThat(RunJson.tree(QUEUED))
                .hasToString(
                        "{\"runId\":\"a\",\"graph\":\"launch\",\"graphVersion\":3,\"status\":\"queued\",\"priority\":0,"
                                + "\"input\":{},\"tags\":{},\"queuedAt\":\"2026-11-22T12:00:00Z\"}");
    }
}
