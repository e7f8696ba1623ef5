package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "message:(?=.*busy)x",
                "message:(a)\\1",
                "message:a++",
                "message:[a-z&&[^b]]",
                "message:((a{100}){100}){100}"
            })
    void aPatternOfJavaAloneIsRefusedThoughOneThatCountsAlreadyStaysInUse(String pattern) throws FaultsException {
        ObjectNode agent = agent(pattern);
        assertThatThrownBy(() -> Definitions.read(agent))
                .isInstanceOf(FaultsException.class)
                .hasMessageStartingWith("retry.on: holds a regular expression that RE2 cannot take: " + pattern)
                .hasMessageContaining("without lookaround");
        assertThatThrownBy(() -> Definitions.readAll("graph: g\nnodes: { a: { agent: x, retry: { on: '" + pattern
                        + "' } } }\nedges: [{ from: START, to: a }]"))
                .isInstanceOf(FaultsException.class)
                .hasMessageContaining("nodes.a.retry.on: holds a regular expression that RE2 cannot take");
        AgentDefinition accepted = (AgentDefinition) Definitions.readAccepted(agent);
        assertThat(accepted.retry().on()).singleElement().hasToString(pattern);
    }

    @Test
    void aPatternThatCountsAlreadyFindsWhatItAlwaysFound() {
        assertThat(ErrorPattern.accepted("message:^(?=.*busy)(?!.*never)").matches("x", "the model is busy"))
                .isTrue();
        assertThat(ErrorPattern.accepted("message:^(?=.*busy)(?!.*never)").matches("x", "busy for never"))
                .isFalse();
        assertThat(ErrorPattern.accepted("message:busy").matches("x", "busy")).isTrue();
    }

    @Test
    void noPatternTakesForEver() {
        String unlucky = "a".repeat(500) + "!";
        assertThat(ErrorPattern.of("message:^(a+)+$").matches("x", unlucky)).isFalse();
        assertThat(ErrorPattern.accepted("message:^(?=a)(a|aa)+$").matches("x", unlucky))
                .isFalse();
        assertThat(ErrorPattern.accepted("message:(?=a)(a|b)*c").matches("x", "ab".repeat(100_000)))
                .isFalse();
        assertThat(ErrorPattern.of("*a*a*a*a*a*a*b").matches("a".repeat(10_000), ""))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 3",
        "a{3}, 3",
        "'a{2,5}b', 6",
        "'a{2,}', 2",
        "(ab){10}, 30",
        "((a{100}){100}){100}, 1010100",
        "[]{9}]x, 2",
        "\\Q(a{9}\\E, 9",
        "a{x}, 4",
        "\\(a{3}, 4",
        "((, 2",
        "'', 0"
    })
    void countsTheStepsOfARegularExpression(String expression, long steps) {
        assertThat(RegexSize.of(expression)).isEqualTo(steps);
    }

    private static ObjectNode agent(String pattern) {
        ObjectNode agent =
                JsonNodeFactory.instance.objectNode().put("agent", "a").put("kind", "java");
        agent.putObject("retry").put("on", pattern);
        return agent;
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
