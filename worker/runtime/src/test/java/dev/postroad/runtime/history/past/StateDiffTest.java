package dev.postroad.runtime.history.past;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.flipkart.zjsonpatch.JsonPatch;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Site;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class StateDiffTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @Test
    void saysWhatWasAddedRemovedAndReplaced() {
        StateDiff diff = diff((ObjectNode) Site.json("{'a': [1, 2, 3], 'b': {'c/d': 'x'}, 'gone': true}"), (ObjectNode)
                Site.json("{'a': [1, 2, 3, 4], 'b': {'c/d': 'y'}, 'new': true}"));
        assertThat(diff.patch())
                .containsExactlyInAnyOrder(
                        Site.json("{'op':'add','path':'/a/3','value':4}"),
                        Site.json("{'op':'replace','path':'/b/c~1d','value':'y'}"),
                        Site.json("{'op':'remove','path':'/gone'}"),
                        Site.json("{'op':'add','path':'/new','value':true}"));
    }

    @Test
    void alwaysGivesAPatchThatMakesTheOneOfTheOther() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            ObjectNode before = object(random, 3);
            ObjectNode after = random.nextBoolean() ? object(random, 3) : altered(before.deepCopy(), random);
            StateDiff diff = diff(before, after);
            assertThat(JsonPatch.apply(diff.patch(), before))
                    .as("seed %d", seed)
                    .isEqualTo(after);
            assertThat(diff.patch())
                    .as("seed %d", seed)
                    .allMatch(step -> step.path("op").asText().matches("add|remove|replace"));
        }
    }

    private static StateDiff diff(ObjectNode before, ObjectNode after) {
        return StateDiff.of(state(1, before), state(2, after));
    }

    private static RunState state(int version, ObjectNode state) {
        return new RunState("r", "g", 1, RunStatus.RUNNING, version, state);
    }

    private static ObjectNode altered(ObjectNode state, Random random) {
        state.set("k" + random.nextInt(4), value(random, 2));
        state.remove("k" + random.nextInt(4));
        return state;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            object.set("k" + random.nextInt(4), value(random, depth - 1));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> NODES.numberNode(random.nextInt(3));
            case 1 -> NODES.textNode("~/" + random.nextInt(3));
            case 2 -> NODES.nullNode();
            case 3 -> NODES.booleanNode(random.nextBoolean());
            case 4 -> object(random, depth);
            default -> {
                var list = NODES.arrayNode();
                for (int i = random.nextInt(6); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
        };
    }
}
