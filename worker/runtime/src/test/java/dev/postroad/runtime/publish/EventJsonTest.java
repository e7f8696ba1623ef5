package dev.postroad.runtime.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventColumns;
import dev.postroad.runtime.journal.RunKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventJsonTest {
    private static final Instant AT = Instant.parse("2026-11-29T12:00:00.123456Z");

    private final EventJson json = new EventJson();

    private record Columns(
            int seq,
            String typeName,
            Instant at,
            @Nullable String node,
            @Nullable String task,
            int attempt,
            int superstep,
            int version,
            long durationMillis,
            double progress)
            implements EventColumns {}

    @Test
    void writesWhatIsThere() {
        Columns all = new Columns(12, "node.completed", AT, "draft", "draft@3", 1, 3, 1_000_000, 9_000_000_000L, 0.125);
        assertThat(value("g", all, "{\"writes\":[]}"))
                .isEqualTo("{\"runId\":\"order-42\",\"graph\":\"g\",\"graphVersion\":7,\"seq\":12,"
                        + "\"type\":\"node.completed\",\"at\":\"2026-11-29T12:00:00.123456Z\",\"node\":\"draft\","
                        + "\"task\":\"draft@3\",\"attempt\":1,\"superstep\":3,\"version\":1000000,"
                        + "\"durationMs\":9000000000,\"progress\":0.125,\"data\":{\"writes\":[]}}");
    }

    @Test
    void leavesOutWhatIsNotThere() {
        Columns few = new Columns(0, "trigger.rejected", AT, null, null, 0, 0, 0, -1, 0);
        assertThat(value("g", few, "{}"))
                .isEqualTo(
                        "{\"runId\":\"order-42\",\"graph\":\"g\",\"graphVersion\":7,\"type\":\"trigger.rejected\","
                                + "\"at\":\"2026-11-29T12:00:00.123456Z\",\"superstep\":0,\"version\":0,\"progress\":0.0,\"data\":{}}");
    }

    @Test
    void escapesWhatJsonHasToAndNothingElse() {
        Columns odd = new Columns(1, "node.started", AT, "a\"b\\c\nd", "ä€😀\u007f", 1, 0, 0, -1, 0);
        assertThat(value("größe", odd, "{}"))
                .contains(
                        "\"graph\":\"größe\",",
                        "\"node\":\"a\\\"b\\\\c\\nd\",",
                        "\"task\":\"ä€😀\u007f\",\"attempt\":1");
    }

    @Test
    void writesEveryTimeAsJavaDoes() {
        for (String time : List.of(
                "1970-01-01T00:00:00Z",
                "2026-11-29T12:00:00Z",
                "2026-11-29T12:00:00.1Z",
                "2026-11-29T12:00:00.001Z",
                "2026-11-29T12:00:00.000001Z",
                "2026-11-29T12:00:59.1234Z",
                "2026-11-29T12:00:59.123456789Z",
                "2026-11-29T12:00:59.000000001Z",
                "1969-12-31T23:59:59.5Z",
                "-0001-01-01T00:00:00.25Z",
                "+12026-01-01T00:00:00.5Z")) {
            Instant at = Instant.parse(time);
            Columns columns = new Columns(1, "node.started", at, null, null, 0, 0, 0, -1, 0);
            assertThat(value("g", columns, "{}")).contains("\"at\":\"" + at + "\",");
        }
    }

    @Test
    void writesEveryProgressAsJavaDoes() {
        for (double progress : new double[] {0, 1, 0.1, 0.333, 1.0 / 3, 0.001, 0.0005, 1e-7, -0.0, 2, 0.1}) {
            Columns columns = new Columns(1, "node.started", AT, null, null, 0, 0, 0, -1, progress);
            assertThat(value("g", columns, "{}")).contains("\"progress\":" + progress + ",");
        }
    }

    @Test
    void takesTextsAndDataOfAnyLength() {
        String text = "x".repeat(100_000);
        Columns columns = new Columns(1, "node.started", AT, text, text, 1, 0, 0, -1, 0);
        assertThat(value(text, columns, "\"" + text + "\""))
                .contains("\"graph\":\"" + text + "\"", "\"node\":\"" + text + "\"")
                .endsWith(",\"data\":\"" + text + "\"}");
    }

    private String value(String graph, EventColumns columns, String data) {
        RunKey key = new RunKey(1, "order-42", 0, null);
        return new String(
                json.value(key, graph, 7, columns, data.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
