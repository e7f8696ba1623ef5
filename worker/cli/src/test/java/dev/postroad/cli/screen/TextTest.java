package dev.postroad.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class TextTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 ms",
        "PT0.0404S, 40 ms",
        "PT2.44S, 2.4 s",
        "PT12.9S, 12 s",
        "PT3M5S, 3 min 05 s",
        "PT26H4M, 26 h 04 min"
    })
    void writesDurationsForPeople(Duration duration, String written) {
        assertThat(Text.of(duration)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({"abcdef, 4, abc…", "abcd, 4, abcd", "語語語, 4, 語…", "✔✔✔✔, 4, ✔✔✔✔"})
    void cutsTextsToColumns(String text, int columns, String cut) {
        assertThat(Text.cut(text, columns)).isEqualTo(cut);
    }
}
