package dev.postroad.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class BulkDisplaysTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void writesALineNowAndThen() {
        assertThat(written(out -> new PlainBulk(out, NOON))).isEqualTo("""
                1,200 found, 700 sent, 600 answered, 3 of them refused, 0 failed
                1,200 found, 1,200 sent, 1,198 answered, 3 of them refused, 2 failed
                """);
    }

    @Test
    void drawsABarInItsPlace() {
        assertThat(written(out -> new TerminalBulk(out, new Screen(80, 24, Colours.USED), NOON)))
                .contains(
                        "██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  25 %  3.0 s, about 9.0 s left\u001b[K",
                        "1,200 found, 400 sent, 300 answered, 0 of them refused, 0 failed\u001b[K",
                        "\u001b[2F\u001b[33m████████████████████████████████████████ 100 %  12 s\u001b[0m\u001b[K",
                        "\u001b[31m1,200 found, 1,200 sent, 1,198 answered, 3 of them refused, 2 failed\u001b[0m");
    }

    private static String written(Function<PrintStream, BulkDisplay> display) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            BulkDisplay shown = display.apply(out);
            shown.show(new Tally(1_200, 400, 300, 0, 0), NOON.plusSeconds(3));
            shown.show(new Tally(1_200, 700, 600, 3, 0), NOON.plusSeconds(6));
            shown.end(new Tally(1_200, 1_200, 1_198, 3, 2), NOON.plusSeconds(12));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
