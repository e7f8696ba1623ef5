package dev.postroad.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.expression.Budget;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@NullMarked
class ChannelTest {

    /** The value before, the writes in merge order, the value after; no value before where it says nothing. */
    @ParameterizedTest(name = "{0}: {1} and {2} give {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        LAST   |         | [1]                     | 1
        LAST   | 1       | ["two"]                 | "two"
        LAST   | [1]     | [null]                  | null
        LAST   | {"a":1} | [{"b":2}]               | {"b":2}
        APPEND | []      | [1]                     | [1]
        APPEND | [1]     | [[2,3], 4]              | [1,2,3,4]
        APPEND | [1]     | [[]]                    | [1]
        APPEND | [1]     | [[[2]]]                 | [1,[2]]
        APPEND | [1]     | [null, {"a":1}]         | [1,null,{"a":1}]
        APPEND | [1]     | [1, 1]                  | [1,1,1]
        SUM    | 0       | [1, 2, 3]               | 6
        SUM    | 1       | [-1]                    | 0
        SUM    | 1       | [0.5]                   | 1.5
        SUM    | 1.5     | [1.5]                   | 3.0
        SUM    | 2147483647 | [1]                  | 2147483648
        SUM    | 2147483648 | [-1]                 | 2147483647
        SUM    | 9007199254740992 | [1]            | 9007199254740993
        SUM    | 9223372036854775807 | [1]         | 9223372036854775808
        SUM    | 9223372036854775808 | [-1]        | 9223372036854775807
        SUM    | -9223372036854775808 | [-1]       | -9223372036854775809
        SUM    | 100000000000000000000000000000 | [1] | 100000000000000000000000000001
        MIN    |         | [3, 1, 2]               | 1
        MIN    | 0       | [1]                     | 0
        MIN    | 0       | [-0.5]                  | -0.5
        MIN    | 9007199254740993 | [9007199254740992] | 9007199254740992
        MIN    | "b"     | ["c", "a"]              | "a"
        MAX    |         | [3, 1, 2]               | 3
        MAX    | 0       | [-1]                    | 0
        MAX    | 9007199254740992 | [9007199254740993] | 9007199254740993
        MAX    | 9223372036854775807 | [9223372036854775808] | 9223372036854775808
        MAX    | 2       | [2.0]                   | 2
        MAX    | "b"     | ["c", "a"]              | "c"
        MERGE  | {}      | [{"a":1}]               | {"a":1}
        MERGE  | {"a":1} | [{"b":2}, {"a":3}]      | {"a":3,"b":2}
        MERGE  | {"a":{"x":1}} | [{"a":{"y":2}}]   | {"a":{"y":2}}
        MERGE  | {"a":1} | [{"a":null}]            | {"a":null}
        UNION  | []      | [1, [2, 1], 2]          | [1,2]
        UNION  | [1]     | [[3, 2, 1], 3]          | [1,3,2]
        UNION  | [{"a":1,"b":2}] | [{"b":2,"a":1}] | [{"a":1,"b":2}]
        UNION  | [1]     | ["1", 1.0, null]        | [1,"1",1.0,null]
        UNION  | [2147483648] | [[2147483648]]     | [2147483648]
        """)
    void reduces(Reducer reducer, @Nullable String before, String writes, String after) throws Exception {
        Channel channel = Channel.of("c", reducer, null);
        JsonNode reduced = channel.reduce(
                before == null ? null : json(before), listOf(json(writes)), new Budget(Budget.ITERATIONS));
        assertThat(reduced).isEqualTo(json(after));
        assertThat(reduced).as("as it is read back").isEqualTo(Json.read(Json.bytes(reduced)));
    }

    @ParameterizedTest(name = "{0}: {1} and {2} do not go together")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        LAST | 0        | [1, 2]       | takes one write in a superstep, but got 2
        LAST | 0        | [1, 1]       | takes one write in a superstep, but got 2
        MIN  | 0        | ["a"]        | cannot compare a number with a text
        MAX  |          | [1, "a"]     | cannot compare a number with a text
        SUM  | 1e308    | [1e308]      | adds up to more than a number can hold
        SUM  | 0        | [-1e308, -1e308] | adds up to more than a number can hold
        """)
    void refusesWritesThatDoNotGoTogether(Reducer reducer, @Nullable String before, String writes, String reason) {
        Channel channel = Channel.of("c", reducer, null);
        ConflictException conflict = catchThrowableOfType(
                ConflictException.class,
                () -> channel.reduce(
                        before == null ? null : json(before), listOf(json(writes)), new Budget(Budget.ITERATIONS)));
        assertThat(conflict).hasMessage(reason);
    }

    @ParameterizedTest(name = "{0} refuses {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        SUM   | "1"  | sum takes a number
        SUM   | null | sum takes a number
        SUM   | true | sum takes a number
        MIN   | []   | min takes a number or a text
        MAX   | {}   | max takes a number or a text
        MAX   | null | max takes a number or a text
        MERGE | []   | merge takes an object
        MERGE | "a"  | merge takes an object
        """)
    void refusesValuesThatTheReducerCannotTake(Reducer reducer, String value, String reason) throws FaultsException {
        assertThat(Channel.of("c", reducer, null).refusal(json(value))).isEqualTo(reason);
    }

    @ParameterizedTest
    @EnumSource(names = {"LAST", "APPEND", "UNION"})
    void takesAnyValueWhereTheReducerDoesNotLookAtIt(Reducer reducer) throws FaultsException {
        Channel channel = Channel.of("c", reducer, null);
        for (JsonNode value : json("[1, 1.5, \"a\", true, null, [], {}]")) {
            assertThat(channel.refusal(value)).isNull();
        }
    }

    @Test
    void startsAsItsReducerDoesUnlessADefaultIsGiven() throws FaultsException {
        assertThat(Channel.of("c", Reducer.APPEND, null).initial()).isEqualTo(json("[]"));
        assertThat(Channel.of("c", Reducer.UNION, null).initial()).isEqualTo(json("[]"));
        assertThat(Channel.of("c", Reducer.SUM, null).initial()).isEqualTo(json("0"));
        assertThat(Channel.of("c", Reducer.MERGE, null).initial()).isEqualTo(json("{}"));
        for (Reducer reducer : List.of(Reducer.LAST, Reducer.MIN, Reducer.MAX)) {
            assertThat(Channel.of("c", reducer, null).initial()).isNull();
        }
        assertThat(Channel.of("c", Reducer.SUM, json("7")).initial()).isEqualTo(json("7"));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"MESSAGES", "EXPRESSION"})
    void aLiveValueEqualsTheOneReadBackAndNothingIsChangedInPlace(Reducer reducer) throws Exception {
        Channel channel = Channel.of("c", reducer, null);
        for (long seed = 0; seed < 300; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            JsonNode live = channel.initial();
            JsonNode readBack = live;
            for (int superstep = 0; superstep < 6; superstep++) {
                List<JsonNode> writes = randomWrites(reducer, random);
                JsonNode given =
                        JsonNodeFactory.instance.arrayNode().addAll(writes).deepCopy();
                JsonNode before = live == null ? null : live.deepCopy();

                JsonNode next = channel.reduce(live, writes, new Budget(Budget.ITERATIONS));
                assertThat(writes).as("writes of seed %s", seed).isEqualTo(listOf(given));
                assertThat(live).as("value before, of seed %s", seed).isEqualTo(before);

                live = next;
                readBack = Json.read(Json.bytes(
                        channel.reduce(readBack, listOf(Json.read(Json.bytes(given))), new Budget(Budget.ITERATIONS))));
                assertThat(readBack).as("seed %s", seed).isEqualTo(live);
            }
        }
    }

    private static List<JsonNode> randomWrites(Reducer reducer, RandomGenerator random) {
        int count = reducer == Reducer.LAST ? 1 : random.nextInt(1, 4);
        List<JsonNode> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(
                    switch (reducer) {
                        case LAST, APPEND, UNION, MESSAGES, EXPRESSION -> randomValue(random, 2);
                        case SUM, MIN, MAX -> randomNumber(random);
                        case MERGE -> randomObject(random, 2);
                    });
        }
        return writes;
    }

    private static JsonNode randomValue(RandomGenerator random, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> nodes.textNode(random.nextBoolean() ? "a" : "é😀\n\"");
            case 1 -> nodes.booleanNode(random.nextBoolean());
            case 2 -> nodes.nullNode();
            case 3 -> randomNumber(random);
            case 4 -> {
                ArrayNode list = nodes.arrayNode();
                random.ints(random.nextInt(4)).forEach(ignored -> list.add(randomValue(random, depth - 1)));
                yield list;
            }
            default -> randomObject(random, depth);
        };
    }

    private static ObjectNode randomObject(RandomGenerator random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        int fields = random.nextInt(3);
        for (int i = 0; i < fields; i++) {
            object.set(random.nextBoolean() ? "x" : "y", randomValue(random, depth - 1));
        }
        return object;
    }

    private static JsonNode randomNumber(RandomGenerator random) {
        return switch (random.nextInt(5)) {
            case 0 -> Json.whole(random.nextInt(-3, 4));
            case 1 -> Json.whole(random.nextInt());
            case 2 -> Json.whole(random.nextLong());
            case 3 -> JsonNodeFactory.instance.numberNode(random.nextInt(-3, 4) / 2.0);
            default -> Json.decimal(BigDecimal.valueOf(random.nextDouble() * 1e18));
        };
    }

    private static List<JsonNode> listOf(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    private static JsonNode json(String text) throws FaultsException {
        return Json.read(text);
    }
}
