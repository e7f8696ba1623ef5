package dev.postroad.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.config.LogFormat;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers send gets into the log, but makes no line of it. */
@NullMarked
final class LogEncoderTest {
    private static final String FORGED =
            "an input key\n12:00:00.000 INFO  d.postroad.Worker - all is \u001b[32mwell\u202e";

    private final LoggerContext context = new LoggerContext();
    private final LogEncoder encoder = new LogEncoder();

    @BeforeEach
    void start() {
        encoder.setContext(context);
        encoder.start();
    }

    @AfterEach
    void stop() {
        LogEncoder.use(LogFormat.TEXT);
        encoder.stop();
        context.stop();
    }

    private String encoded(String message, @Nullable Throwable thrown) {
        LoggingEvent event = new LoggingEvent(
                "x", context.getLogger("dev.postroad.runtime.publish.Outlets"), Level.WARN, message, thrown, null);
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    @Test
    void aMessageIsOneLineWhateverItSays() {
        String line = encoded(FORGED, null);
        assertThat(line).hasLineCount(1).endsWith("well\\u202e" + System.lineSeparator());
        assertThat(line)
                .matches("(?s)\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  .*Outlets - an input key\\\\n12:.*")
                .doesNotContain("\u001b");
    }

    @Test
    void theMessagesOfExceptionsMakeNoLinesEither() {
        Exception failed = new IllegalStateException(FORGED, new IllegalArgumentException(FORGED));
        failed.addSuppressed(new IllegalArgumentException(FORGED));
        assertThat(encoded("failed", failed).lines())
                .allMatch(line -> line.matches("\\d\\d:.*failed|.*Exception: an input key\\\\n"
                        + "12.*|\\s*(at|\\.\\.\\.|Suppressed|Caused by|Wrapped by).*"));
        assertThat(encoded("failed", failed))
                .contains("IllegalStateException: an input")
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void aLineHasABoundedLength() {
        String endless = "x".repeat(1_000_000);
        assertThat(encoded(endless, null)).hasSizeLessThan(20_000).contains("(983616 more characters)");
        assertThat(encoded("failed", new IllegalStateException(endless))).hasSizeLessThan(10_000);
        LogEncoder.use(LogFormat.JSON);
        assertThat(encoded(endless, new IllegalStateException(endless))).hasSizeLessThan(100_000);
    }

    @Test
    void machinesGetAnObjectALine() throws FaultsException {
        LogEncoder.use(LogFormat.JSON);
        String line = encoded(FORGED, new IllegalStateException(FORGED));
        assertThat(line).hasLineCount(1).doesNotContain("\u001b", "\u202e");
        JsonNode json = Json.readOwn(line);
        assertThat(json.properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactly("time", "level", "logger", "thread", "message", "error");
        assertThat(json.path("message").asText()).isEqualTo(FORGED);
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.at("/error/type").asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(json.at("/error/trace").asText()).contains("machinesGetAnObjectALine");
        assertThat(Json.readOwn(encoded("fine", null)).has("error")).isFalse();
    }
}
