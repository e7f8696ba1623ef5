package dev.postroad.cli.differences;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.differences.Difference.Added;
import dev.postroad.cli.differences.Difference.Changed;
import dev.postroad.cli.differences.Difference.Removed;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import dev.postroad.cli.screen.Text;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
final class DifferenceViewTest {
    private static final int SEEDS = 300;
    private static final String BEFORE = """
            {"score": 3, "old": [1, 2], "messages": [{"role": "user", "text": "Hi"}, {"role": "bot", "text": "Yes?"}],
             "plan": {"title": "A", "parts": ["x", "y", "z"], "two words": 1}, "same": {"deep": [true]},
             "draft": "The quick brown fox jumps over the lazy dog, again and again, until it is tired."}
            """;
    private static final String AFTER = """
            {"score": 7, "messages": [{"role": "user", "text": "Hi"}, {"role": "bot", "text": "No."}, {"role": "user"}],
             "plan": {"title": "A", "parts": ["x", "z"], "two words": 2, "fresh": null}, "same": {"deep": [true]},
             "draft": "The quick brown fox jumps over the lazy cat, again and again, until it is tired.",
             "verdict": "good"}
            """;

    @Test
    void saysWhatWasAddedRemovedAndChanged() throws FaultsException {
        assertThat(String.join("\n", lines(BEFORE, AFTER, new Screen(72, 24, Colours.UNUSED))))
                .isEqualTo("""
                ~ score  3 → 7
                - old  [1,2]
                ~ messages
                    ~ [1].text  "Yes?" → "No."
                    + [2]  {"role":"user"}
                ~ plan
                    - parts[1]  "y"
                    ~ ["two words"]  1 → 2
                    + fresh  null
                ~ draft
                    - … the lazy dog, again and again, until it is tired."
                    + … the lazy cat, again and again, until it is tired."
                + verdict  "good\"""");
    }

    @Test
    void colorsOldAndNew() throws FaultsException {
        assertThat(lines("{\"a\": 1, \"b\": 2}", "{\"a\": 3, \"c\": 4}", new Screen(72, 24, Colours.USED)))
                .containsExactly(
                        "\u001b[33m~ a  \u001b[0m\u001b[31m1\u001b[0m → \u001b[32m3\u001b[0m",
                        "\u001b[31m- b  2\u001b[0m",
                        "\u001b[32m+ c  4\u001b[0m");
    }

    @Test
    void writesEverythingWhereThereIsRoom() throws FaultsException {
        assertThat(lines(BEFORE, AFTER, Screen.PAPER))
                .contains(
                        "~ draft  \"The quick brown fox jumps over the lazy dog, again and again, until it is tired.\""
                                + " → \"The quick brown fox jumps over the lazy cat, again and again, until it is tired.\"");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void namesWhatEitherStateHasAndFindsAllThatDiffers(int seed) {
        Random random = new Random(seed);
        ObjectNode before = object(random, 3);
        ObjectNode after = random.nextBoolean() ? object(random, 3) : altered(before.deepCopy(), random);
        Map<String, List<Difference>> channels = Differences.byChannel(before, after);
        channels.forEach((channel, differences) -> differences.forEach(difference -> {
            switch (difference) {
                case Added(String path, JsonNode value) ->
                    assertThat(at(after, channel, path)).isEqualTo(value);
                case Removed(String path, JsonNode value) ->
                    assertThat(at(before, channel, path)).isEqualTo(value);
                case Changed(String path, JsonNode old, JsonNode now) -> {
                    assertThat(old).isNotEqualTo(now);
                    assertThat(at(before, channel, path)).isEqualTo(old);
                    assertThat(at(after, channel, path)).isEqualTo(now);
                }
            }
        }));
        before.fieldNames()
                .forEachRemaining(channel -> assertThat(channels.containsKey(channel))
                        .isEqualTo(!before.get(channel).equals(after.get(channel))));
        assertThat(Differences.byChannel(after, before).keySet())
                .containsExactlyInAnyOrderElementsOf(channels.keySet());
        assertThat(Differences.byChannel(before, before.deepCopy())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyLineFitsTheScreen(int seed) {
        Random random = new Random(seed);
        Screen screen = new Screen(20 + random.nextInt(60), 24, Colours.UNUSED);
        assertThat(DifferenceView.lines(object(random, 3), object(random, 3), screen))
                .allSatisfy(line -> assertThat(Text.columns(line)).isLessThan(screen.columns()));
    }

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    private static JsonNode at(ObjectNode state, String channel, String path) {
        String pointer = path.replaceAll("\\[\"(.*?)\"]", "/$1")
                .replaceAll("\\[(\\d+)]", "/$1")
                .replace('.', '/');
        return state.at(JsonPointer.compile("/" + channel + pointer));
    }

    private static List<String> lines(String before, String after, Screen screen) throws FaultsException {
        return DifferenceView.lines((ObjectNode) Json.read(before), (ObjectNode) Json.read(after), screen);
    }

    private static ObjectNode altered(ObjectNode state, Random random) {
        state.set("k" + random.nextInt(4), value(random, 2));
        state.remove("k" + random.nextInt(4));
        state.forEach(child -> {
            if (child instanceof ArrayNode list && !list.isEmpty()) {
                list.remove(random.nextInt(list.size()));
            }
        });
        return state;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.set((random.nextInt(5) == 0 ? "a k" : "k") + random.nextInt(4), value(random, depth - 1));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> nodes.numberNode(random.nextInt(3));
            case 1 -> nodes.textNode("text 語 ".repeat(random.nextInt(9)));
            case 2 -> nodes.nullNode();
            case 3 -> nodes.booleanNode(random.nextBoolean());
            case 4 -> object(random, depth);
            default -> {
                ArrayNode list = nodes.arrayNode();
                for (int i = random.nextInt(6); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
        };
    }
}
