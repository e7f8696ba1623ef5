package dev.postroad.contracts.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsWhatItWrites() throws FaultsException {
        byte[] bytes = "{\"a\":[1,2.5,true,null,\"ä😀\"],\"b\":{}}".getBytes(StandardCharsets.UTF_8);
        assertThat(Json.bytes(Json.read(bytes))).isEqualTo(bytes);
    }

    @Test
    void writesEveryTreeAsTheMapperDoes() throws JsonProcessingException {
        RandomGenerator random = new Random(20);
        for (int i = 0; i < 5_000; i++) {
            JsonNode tree = tree(random, 0);
            assertThat(Json.bytes(tree))
                    .as("tree %d", i)
                    .isEqualTo(Json.mapper().writeValueAsBytes(tree));
        }
    }

    private static JsonNode tree(RandomGenerator random, int level) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(level > 3 ? 10 : 16)) {
            case 0 -> nodes.numberNode(random.nextInt());
            case 1 -> nodes.numberNode(random.nextLong());
            case 2 -> nodes.numberNode(random.nextDouble());
            case 3 -> nodes.numberNode(new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(-5, 20)));
            case 4 -> nodes.numberNode(new BigInteger(100, new Random(random.nextLong())));
            case 5 -> nodes.booleanNode(random.nextBoolean());
            case 6 -> nodes.nullNode();
            case 7 -> nodes.numberNode((short) random.nextInt());
            case 8 -> nodes.numberNode(random.nextFloat());
            case 9 -> nodes.textNode(text(random));
            case 10, 11, 12 -> {
                ArrayNode array = nodes.arrayNode();
                random.ints(random.nextInt(5)).forEach(ignored -> array.add(tree(random, level + 1)));
                yield array;
            }
            default -> {
                ObjectNode object = nodes.objectNode();
                random.ints(random.nextInt(5)).forEach(ignored -> object.set(text(random), tree(random, level + 1)));
                yield object;
            }
        };
    }

    private static String text(RandomGenerator random) {
        String letters = random.nextInt(4) > 0 ? "abcXYZ0189 ._:-/@{}[]" : "a\"\\\n\t\u0001\u007f\u0080äß€\u2028/";
        return random.ints(random.nextInt(12), 0, letters.length())
                .mapToObj(place -> letters.substring(place, place + 1))
                .collect(Collectors.joining());
    }

    @Test
    void writesLargeAndDeepTreesAsTheMapperDoes() throws JsonProcessingException {
        ArrayNode large = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < 30_000; i++) {
            large.add(i).add("text " + i);
        }
        JsonNode deep = large;
        for (int i = 0; i < 60; i++) {
            deep = JsonNodeFactory.instance.arrayNode().add(deep);
        }
        assertThat(Json.bytes(large)).isEqualTo(Json.mapper().writeValueAsBytes(large));
        assertThat(Json.bytes(deep)).isEqualTo(Json.mapper().writeValueAsBytes(deep));
        assertThat(Json.bytes(JsonNodeFactory.instance.textNode(""))).isEqualTo(new byte[] {'"', '"'});
    }

    @Test
    void refusesWhatIsNotUtf8() {
        refuses(new byte[] {'"', (byte) 0xc3, '"'}, "is not UTF-8");
        refuses(new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}, "is not UTF-8");
        refuses("\"ä\"".getBytes(StandardCharsets.ISO_8859_1), "is not UTF-8");
    }

    @Test
    void refusesUtf16() {
        refuses("{\"graph\":\"hello\"}".getBytes(StandardCharsets.UTF_16), "is not UTF-8");
        refuses("{\"graph\":\"hello\"}".getBytes(StandardCharsets.UTF_16LE), "is not JSON");
        refuses("{\"graph\":\"hello\"}".getBytes(StandardCharsets.UTF_16BE), "is not JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1} {\"b\":2}",
                "{\"a\":1}}",
                "1 2",
                "{\"a\":1,}",
                "{\"a\":1",
                "{a:1}",
                "NaN",
                "[Infinity]",
                "// comment\n1",
                "'a'",
                "01"
            })
    void refusesWhatIsNotOneJsonValue(String text) {
        refuses(text, "is not JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n"})
    void refusesNothing(String text) {
        refuses(text, "is empty");
    }

    @Test
    void refusesDuplicateKeysAtAnyDepth() {
        refuses("{\"a\":1,\"a\":1}", "Duplicate field 'a'");
        refuses("[{\"b\":{\"a\":1,\"a\":2}}]", "Duplicate field 'a'");
    }

    @Test
    void accepts100LevelsAndRefuses101() throws FaultsException {
        assertThat(Json.read(nested(100)).isArray()).isTrue();
        refuses(nested(101), "is not JSON");
        assertThat(Json.read(nestedObjects(100)).isObject()).isTrue();
        refuses(nestedObjects(101), "is not JSON");
    }

    @Test
    void saysWhatIsWrongWithoutTheClassesOfTheReader() {
        refuses("{\"a\":1", "expected close marker for Object (start marker at line: 1, column: 1) (line 1, column 7)");
        refuses(nested(101), "(101) exceeds the maximum allowed (100)");
        refuses("9".repeat(5_000), "exceeds the maximum allowed (4000)");
    }

    @Test
    void whatWasAcceptedIsReadAgainFromTheEventsAndRowsThatWrapIt() throws FaultsException {
        String wrapped = "{\"data\":{\"state\":{\"channel\":[" + nested(100) + "]}}}";
        assertThat(Json.readOwn(wrapped).at("/data/state/channel/0")).isEqualTo(Json.read(nested(100)));
        assertThatThrownBy(() -> Json.readOwn(nested(5_000)))
                .isInstanceOf(FaultsException.class)
                .hasMessageContaining("is not JSON");
    }

    @Test
    void treesHaveTheSameBoundOfDepthAsTexts() {
        assertThat(Json.unstorableText(tree(100))).isNull();
        assertThat(Json.unstorableText(tree(101))).isEqualTo("is nested more than 100 levels deep");
        assertThat(Json.unstorableText(tree(5_000))).isEqualTo("is nested more than 100 levels deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"a\\u0000b\"", "{\"a\\u0000\":1}", "[[\"\\u0000\"]]"})
    void refusesTheNulCharacter(String text) {
        refuses(text, "U+0000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\udc00\\ud800\"", "{\"\\ud83d\":1}"})
    void refusesHalfOfASurrogatePair(String text) {
        refuses(text, "surrogate pair");
    }

    @Test
    void findsHalfOfASurrogatePairInATree() {
        var half = TextNode.valueOf(String.valueOf((char) 0xd800));
        assertThat(Json.unstorableText(half)).isEqualTo("holds half of a surrogate pair");
    }

    @Test
    void acceptsSurrogatePairsThatAreEscaped() throws FaultsException {
        assertThat(Json.read("\"\\ud83d\\ude00\"")).isEqualTo(TextNode.valueOf("😀"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "[-1e400]", "{\"a\":1e999}"})
    void refusesNumbersThatWouldTurnIntoInfinity(String text) {
        refuses(text, "number that is too large");
    }

    @Test
    void refusesNumbersAndNamesThatNobodyCouldStore() throws FaultsException {
        refuses("9".repeat(1_001), "more than 1000 digits");
        refuses("0." + "9".repeat(1_001), "more than 1000 digits");
        refuses("1e-99999999", "2000 places behind the point");
        refuses("1e99999999999", "holds a number that cannot be read");
        refuses("{\"" + "k".repeat(50_001) + "\": 1}", "50000");
        assertThat(Json.read("9".repeat(1_000)).bigIntegerValue()).isNotNull();
        assertThat(Json.read("1e-300").doubleValue()).isEqualTo(1e-300);
    }

    @Test
    void whateverWasWrittenIsReadBack() throws FaultsException {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("number", new BigInteger("9".repeat(5_000))).put("k".repeat(60_000), 1);
        assertThat(Json.unstorableText(tree)).contains("more than 1000 digits");
        assertThat(Json.readOwn(Json.bytes(tree))).isEqualTo(tree);
    }

    private static void refuses(String text, String problem) {
        refuses(text.getBytes(StandardCharsets.UTF_8), problem);
    }

    private static void refuses(byte[] bytes, String problem) {
        assertThatThrownBy(() -> Json.read(bytes))
                .isInstanceOf(FaultsException.class)
                .hasMessageContaining(problem);
    }

    private static String nested(int levels) {
        return "[".repeat(levels) + "1" + "]".repeat(levels);
    }

    private static String nestedObjects(int levels) {
        return "{\"a\":".repeat(levels) + "1" + "}".repeat(levels);
    }

    private static JsonNode tree(int levels) {
        ArrayNode tree = JsonNodeFactory.instance.arrayNode();
        for (int i = 1; i < levels; i++) {
            tree = JsonNodeFactory.instance.arrayNode().add(tree);
        }
        return tree;
    }
}
