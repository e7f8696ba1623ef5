package dev.postroad.engine.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ExpressionTest {
    private static final JsonNode STATE = json("""
        {"n": 3, "whole": 3.0, "half": 0.5, "text": "a,b", "list": [3, 1, 2], "empty": [], "none": null,
         "exact": 9007199254740993, "most": 9223372036854775807, "beyond": 18446744073709551617,
         "object": {"inner": {"deep": true}}}
        """);
    private static final Scope SCOPE = new Scope(
            STATE,
            json("{\"text\": \"done\", \"score\": 8}"),
            json("{\"topic\": \"kettles\"}"),
            json("{\"id\": \"run-1\", \"graph\": \"g\", \"version\": 2, \"superstep\": 4}"),
            Map.of());

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        state.n                            => 3
        state.object.inner.deep            => true
        state['text']                      => "a,b"
        state.list[0]                      => 3
        state.none                         => null
        result.text + '!'                  => "done!"
        input.topic                        => "kettles"
        run.id + '/' + string(run.version) => "run-1/2"
        run.graph                          => "g"
        run.superstep + 1                  => 5
        {'score': result.score, 'n': 1}    => {"score": 8, "n": 1}
        [state.n, input.topic]             => [3, "kettles"]
        state.list                         => [3, 1, 2]
        state.object                       => {"inner": {"deep": true}}
        state.empty                        => []
        """)
    void readsStateResultInputAndRun(String expression, String value) throws ExpressionException {
        assertThat(evaluated(expression)).isEqualTo(json(value));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        has(state.n)                                 => true
        has(state.missing)                           => false
        has(state.none)                              => true
        has(state.object.inner)                      => true
        has(state.object.outer)                      => false
        has(result.missing)                          => false
        'n' in state                                 => true
        'missing' in state                           => false
        has(state.missing) ? state.missing : 'other' => "other"
        has(state.missing) && state.missing > 1      => false
        state.none == null                           => true
        """)
    void asksForWhatMayBeMissingWithHas(String expression, String value) throws ExpressionException {
        assertThat(evaluated(expression)).isEqualTo(json(value));
    }

    @Test
    void namesTheKeyThatIsMissing() {
        assertThat(failure("state.missing + 1")).contains("state.missing + 1", "'missing'");
        assertThat(failure("state.list[3]")).contains("Index out of bounds: 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state.n == state.whole",
                "state.whole == 3",
                "state.n < 3.5",
                "state.half < 1",
                "state.n >= 3.0",
                "state.n > 2u",
                "3.0 in state.list",
                "state.list == [3, 1.0, 2u]",
                "state.object == {'inner': {'deep': true}}",
                "state.exact > 9007199254740992",
                "state.beyond > state.most",
                "state.exact != 9007199254740992.0",
                "state.beyond != 18446744073709551616.0",
                "state.text > 'a'",
                "state.n != 'three'",
            })
    void comparesNumbersByTheirValueWhateverTheirType(String expression) throws ExpressionException {
        assertThat(Expression.compile(expression).holds(SCOPE, new Budget(Budget.ITERATIONS)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        state.text.upperAscii()                              => "A,B"
        state.text.split(',')                                => ["a", "b"]
        state.text.split(',').join('-')                      => "a-b"
        state.text.replace(',', '')                          => "ab"
        [1, 'x', null, [2, 3], true].join(',') => "1,x,NULL_VALUE,[2, 3],true"
        'é😀x'.lastIndexOf('long') => -1
        'x😀é😀'.lastIndexOf('😀é') => 1
        ''.split('', 1) => [""]
        'a'.split('a', -1) => ["a"]
        'a,b,c'.split(',', 2) => ["a", "b,c"]
        'abab'.replace('b', 'x', 1) => "axab"
        'ab'.replace('', '-') => "-a-b-"
        '  x '.trim()                                        => "x"
        'kettle'.substring(0, 3)                             => "ket"
        'kettle'.contains('ttl') && 'kettle'.startsWith('k') => true
        'kettle'.matches('^k.*e$')                           => true
        size('é😀')                                          => 2
        size(state.list)                                     => 3
        state.list + [4]                                     => [3, 1, 2, 4]
        state.list.map(x, x * 2)                             => [6, 2, 4]
        state.list.filter(x, x > 1)                          => [3, 2]
        state.list.exists(x, x == 2)                         => true
        state.list.all(x, x > 1)                             => false
        state.list.sort()                                    => [1, 2, 3]
        state.list.reverse()                                 => [2, 1, 3]
        state.list.slice(0, 2)                               => [3, 1]
        [1, 2, 1].distinct()                                 => [1, 2]
        [[1], [2, 3]].flatten()                              => [1, 2, 3]
        lists.range(3)                                       => [0, 1, 2]
        ['ccc', 'a', 'bb'].sortBy(t, size(t))                => ["a", "bb", "ccc"]
        sets.contains(state.list, [1, 2])                    => true
        math.greatest(state.list)                            => 3
        math.least(2, 1.5)                                   => 1.5
        math.ceil(1.2)                                       => 2.0
        math.abs(-4)                                         => 4
        int('12') + int(2.9)                                 => 14
        double(state.n) / 2.0                                => 1.5
        cel.bind(x, state.n * 2, x + x)                      => 12
        timestamp('2026-01-01T00:00:00Z') + duration('90s')  => "2026-01-01T00:01:30Z"
        duration('90s')                                      => "PT1M30S"
        b'abc'                                               => "YWJj"
        """)
    void offersStringsListsMathSetsAndBindings(String expression, String value) throws ExpressionException {
        assertThat(evaluated(expression)).isEqualTo(json(value));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        state.exact + 1                 => 9007199254740994
        state.most                      => 9223372036854775807
        -state.most - 1                 => -9223372036854775808
        18446744073709551615u           => 18446744073709551615
        uint(5)                         => 5
        2147483647 + 1                  => 2147483648
        1.5 * 2.0                       => 3.0
        -0.0                            => -0.0
        """)
    void countsExactlyAndGivesNumbersTheFormInWhichTheyAreReadBack(String expression, String value)
            throws ExpressionException, FaultsException {
        JsonNode evaluated = evaluated(expression);
        assertThat(evaluated).isEqualTo(json(value));
        assertThat(Json.read(Json.bytes(evaluated))).isEqualTo(evaluated);
    }

    @Test
    void handsOnListsAndObjectsAsTheyAreEvenWithNumbersBeyondItsOwn() throws ExpressionException {
        assertThat(evaluated("state")).isSameAs(STATE);
        assertThat(evaluated("{'copy': state}").get("copy").get("beyond"))
                .as("inside, nothing is read")
                .isEqualTo(STATE.get("beyond"));
        assertThat(evaluated("state.beyond + 1")).hasToString("18446744073709551618");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        1.0 / 0.0            => by zero
        0.0 / 0.0            => by zero
        1e308 * 10.0         => too large for JSON
        [1e308 * 10.0]       => too large for JSON
        type(1)              => which JSON cannot hold
        {1: 'a', '1': 'b'}   => two keys of an object are both 1
        {'a': 1, 'a': 2}     => duplicate map key
        """)
    void refusesResultsThatJsonCannotHold(String expression, String reason) {
        assertThat(failure(expression)).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        state.n / 0              => by zero
        state.n % 0.0            => by zero
        state.text + 1           => + takes two numbers, texts, lists or durations, but got a text and a number
        state.none < 3           => cannot compare null with a number
        int(state.beyond)        => out of range
        state.text[0]            => state.text[0]
        state.none.name          => state.none is null, so it has no 'name'; ask first: state.none != null && …
        state.text.name          => state.text is a text, which has no 'name'
        state.list[0].name       => state.list[0] is a number, which has no 'name'
        has(state.none.name)     => state.none is null, so it has no 'name'; ask first: state.none != null && …
        has(state.gone.name)     => state has no key 'gone'; ask first: has(state.gone) && …
        timestamp('yesterday')   => yesterday
        'a'.matches('(')         => (
        """)
    void anEvaluationThatFailsSaysWhy(String expression, String reason) {
        assertThat(failure(expression)).contains("the expression " + expression, reason);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
        1 +              => 1:4: mismatched input '<EOF>'
        stat.n           => 1:1: undeclared reference to 'stat'
        state.n + foo    => 1:11: undeclared reference to 'foo'
        'a' + 1          => no matching overload
        state.n ? 1      => mismatched input
        nothing(state)   => undeclared reference to 'nothing'
        '\\ud800'        => Invalid unicode code point
        """)
    void anUnsoundTextIsRefusedWithTheFault(String text, String fault) {
        assertThat(refusal(text)).contains(fault).doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"now()", "timestamp()", "state.now()", "uuid()", "random()", "env('HOME')", "file('x')"})
    void canSeeNoClockNoChanceAndNoFile(String text) {
        assertThat(refusal(text)).containsAnyOf("undeclared reference", "no matching overload");
    }

    @Test
    void givesTheSameForTheSameScopeAndChangesNothingInIt() throws ExpressionException {
        JsonNode before = STATE.deepCopy();
        Expression expression = Expression.compile("{'l': state.list.sort() + [state.n], 'all': state, 'run': run}");
        JsonNode first = expression.evaluate(SCOPE, new Budget(Budget.ITERATIONS));
        assertThat(expression.evaluate(SCOPE, new Budget(Budget.ITERATIONS))).isEqualTo(first);
        assertThat(STATE).isEqualTo(before);
    }

    @Test
    void stopsAfterTooManyIterationsInAllMacrosTogether() {
        assertThat(failure("lists.range(400).map(x, lists.range(400).map(y, x + y))"))
                .contains("Iteration budget exceeded: 100000");
        assertThat(failure("lists.range(60000).map(x, x).filter(x, x > 1)")).contains("Iteration budget exceeded");
    }

    @Test
    void makesNoRangeThatTakesAllMemory() {
        assertThat(failure("size(lists.range(state.most))"))
                .contains("a range of 9223372036854775807 is longer than 100000");
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void walksALongListInLinearTime() throws ExpressionException {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < 50_000; i++) {
            list.add(i);
        }
        Scope scope = Scope.of(JsonNodeFactory.instance.objectNode().set("list", list), STATE, STATE);
        assertThat(Expression.compile("state.list.map(x, x + 1)").evaluate(scope, new Budget(Budget.ITERATIONS)))
                .hasSize(50_000);
        assertThat(Expression.compile("state.list.filter(x, x % 2 == 0)")
                        .evaluate(scope, new Budget(Budget.ITERATIONS)))
                .hasSize(25_000);
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void aPatternCannotTakeExponentialTime() throws ExpressionException {
        String text = "'" + "a".repeat(10_000) + "b'";
        assertThat(Expression.compile(text + ".matches('(a+)+$')").holds(SCOPE, new Budget(Budget.ITERATIONS)))
                .isFalse();
    }

    @Test
    void refusesTextsThatAreTooLongOrTooDeep() {
        assertThat(refusal("'" + "x".repeat(Expression.MAX_CHARACTERS) + "'")).contains("limit 20000");
        assertThat(refusal("(".repeat(200) + "1" + ")".repeat(200))).contains("recursion limit exceeded");
    }

    @Test
    void knowsWhichChannelsItReadsAndWhichKeysItGives() throws ExpressionException {
        Expression expression =
                Expression.compile("{'a': state.x + result.y, 'b': has(state.z) ? state.z.deep : 1, state.k: 2}");
        assertThat(expression.stateFields()).containsExactlyInAnyOrder("x", "z", "k");
        assertThat(expression.literalKeys()).containsExactlyInAnyOrder("a", "b");
        assertThat(Expression.compile("state.x").literalKeys()).isEmpty();
    }

    @Test
    void insistsOnAnObjectOrATruthWhereOneIsNeeded() throws ExpressionException {
        assertThat(Expression.compile("{'a': 1}").evaluateObject(SCOPE, new Budget(Budget.ITERATIONS)))
                .isInstanceOf(ObjectNode.class);
        Expression number = Expression.compile("state.n");
        assertThat(catchThrowableOfType(
                        ExpressionException.class, () -> number.evaluateObject(SCOPE, new Budget(Budget.ITERATIONS))))
                .hasMessage("the expression state.n must give an object");
        assertThat(catchThrowableOfType(
                        ExpressionException.class, () -> number.holds(SCOPE, new Budget(Budget.ITERATIONS))))
                .hasMessage("the expression state.n must give true or false");
    }

    private static JsonNode evaluated(String expression) throws ExpressionException {
        return Expression.compile(expression).evaluate(SCOPE, new Budget(Budget.ITERATIONS));
    }

    private static String failure(String text) {
        return message(catchThrowableOfType(ExpressionException.class, () -> evaluated(text)));
    }

    private static String refusal(String text) {
        return message(catchThrowableOfType(ExpressionException.class, () -> Expression.compile(text)));
    }

    private static String message(ExpressionException refused) {
        assertThat(refused).isNotNull();
        return String.valueOf(refused.getMessage());
    }

    private static JsonNode json(String text) {
        try {
            return Json.read(text);
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(text, faults);
        }
    }

    @Test
    void whatIsKnownOverSomeNamesIsStillRefusedOverOthers() throws ExpressionException {
        Expression.compile("state.count");
        Expression.compileReducer("old");
        Expression.compile("extra", List.of("extra"));
        assertThatThrownBy(() -> Expression.compileReducer("state.count")).isInstanceOf(ExpressionException.class);
        assertThatThrownBy(() -> Expression.compile("old")).isInstanceOf(ExpressionException.class);
        assertThatThrownBy(() -> Expression.compile("extra")).isInstanceOf(ExpressionException.class);
    }
}
