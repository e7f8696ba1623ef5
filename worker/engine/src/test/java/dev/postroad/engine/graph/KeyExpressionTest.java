package dev.postroad.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.expression.ExpressionException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class KeyExpressionTest {
    private static JsonNode json(String text) throws FaultsException {
        return Json.read(text.replace('\'', '"'));
    }

    private static String key(String expression, String input) throws Exception {
        return KeyExpression.compile(expression).key(json(input), json("{'tags': {'team': 'blue'}}"));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            input.tenant                 => {'tenant': 'acme'}  => acme
            input.tenant                 => {'tenant': 7}       => 7
            input.tenant                 => {'tenant': 7.0}     => 7
            input.tenant                 => {'tenant': 0.70e1}  => 7
            input.tenant                 => {'tenant': 7.50}    => 7.5
            input.tenant                 => {'tenant': -0.0}    => 0
            input.tenant                 => {'tenant': 12345678901234567890} => 12345678901234567890
            input.big                    => {'big': true}       => true
            run.tags.team                => {}                  => blue
            input.a + '/' + input.b      => {'a': 'x', 'b': 'y'} => x/y
            """)
    void aKeyIsATextANumberOrATruthValue(String expression, String input, String key) throws Exception {
        assertThat(key(expression, input)).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            input.tenant => {}
            input.tenant => {'tenant': null}
            input.tenant => {'tenant': {'id': 1}}
            input.tenant => {'tenant': [1]}
            """)
    void whatLeavesItsKeyOutSharesOneKey(String expression, String input) throws Exception {
        assertThat(key(expression, input)).isEqualTo(KeyExpression.NO_KEY);
    }

    @Test
    void longKeysAreCutAndStayDifferent() throws Exception {
        String one = key("input.t", "{'t': '" + "x".repeat(300) + "'}");
        String other = key("input.t", "{'t': '" + "x".repeat(300) + "y'}");
        assertThat(one).hasSizeLessThanOrEqualTo(200).isNotEqualTo(other);
    }

    @Test
    void aLongKeyIsNotCutWithinACharacter() throws Exception {
        String key = key("input.t", "{'t': '" + "x".repeat(179) + "\uD83D\uDE00".repeat(50) + "'}");
        assertThat(Json.unstorableText(TextNode.valueOf(key))).isNull();
    }

    @Test
    void aWeightThatIsNoneIsTheUsualOneAndOthersAreKeptWithinBounds() throws Exception {
        assertThat(weight("input.w", "{'w': 3}")).isEqualTo(3);
        assertThat(weight("input.w", "{'w': 0}")).isEqualTo(QueueRules.LEAST_WEIGHT);
        assertThat(weight("input.w", "{'w': 1e9}")).isEqualTo(QueueRules.MOST_WEIGHT);
        assertThat(weight("input.w", "{}")).isEqualTo(1);
        assertThat(weight("input.w", "{'w': 'gold'}")).isEqualTo(1);
    }

    private static double weight(String expression, String input) throws FaultsException, ExpressionException {
        JsonNode of = json(input);
        return KeyExpression.compile(expression).number(of, of, QueueRules.LEAST_WEIGHT, QueueRules.MOST_WEIGHT, 1);
    }
}
