package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorPatternTest {
    @ParameterizedTest
    @CsvSource({
        "timeout, timeout, true",
        "timeout, timeouts, false",
        "timeout, a timeout, false",
        "http.503, http.503, true",
        "http.503, httpx503, false",
        "http.5*, http.503, true",
        "http.5*, http.5, true",
        "http.5*, http.404, false",
        "*Exception, java.io.IOException, true",
        "*, anything, true",
        "a*c*e, abcde, true",
        "a\\Eb, a\\Eb, true",
        "'', '', true",
        "'', x, false",
    })
    void knowsAnErrorByItsType(String pattern, String type, boolean known) {
        assertThat(ErrorPattern.of(pattern).matches(type, "timeout")).isEqualTo(known);
    }

    @ParameterizedTest
    @CsvSource({
        "message:busy, the model is busy now, true",
        "message:^busy, the model is busy now, false",
        "message:(?i)BUSY, the model is busy now, true",
        "message:quota|rate, rate exceeded, true",
        "message:busy, '', false",
        "message:, anything, true",
    })
    void knowsAnErrorByItsMessage(String pattern, String message, boolean known) {
        assertThat(ErrorPattern.of(pattern).matches("busy", message)).isEqualTo(known);
    }

    @Test
    void isEqualWhereItLooksForTheSame() {
        assertThat(ErrorPattern.of("http.5*"))
                .isEqualTo(ErrorPattern.of("http.5*"))
                .hasSameHashCodeAs("http.5*");
        assertThat(ErrorPattern.of("http.5*"))
                .isNotEqualTo(ErrorPattern.of("http.50*"))
                .hasToString("http.5*");
    }

    @Test
    void refusesWhatIsNoRegularExpression() {
        assertThatThrownBy(() -> ErrorPattern.of("message:(")).isInstanceOf(PatternSyntaxException.class);
    }
}
