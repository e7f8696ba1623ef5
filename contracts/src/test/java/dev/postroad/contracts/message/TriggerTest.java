package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.definition.BudgetSettings;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.definition.QueueSettings;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TriggerTest {
    @Test
    void readsEverything() throws FaultsException {
        Trigger trigger = Trigger.read(Json.read("""
                        {"graph":"g","version":3,"runId":"r","input":{"a":1},"priority":9,
                         "timeout":"PT10M","tags":{"t":"x"}}
                        """));
        assertThat(trigger)
                .isEqualTo(new Trigger(
                        new Trigger.OfGraph("g", 3),
                        "r",
                        JsonNodeFactory.instance.objectNode().put("a", 1),
                        9,
                        Duration.ofMinutes(10),
                        Map.of("t", "x")));
    }

    @Test
    void readsWhatHoldsInPlaceOfItsGraphAndWritesItAgain() throws FaultsException {
        String said = """
                {"graph":"g","input":{},
                 "queue":{"concurrency":{"key":"input.tenant","runs":5},"rate":[{"runs":60,"per":"PT1M"}],
                          "fairness":{"key":"input.tenant","weight":3}},
                 "budget":{"tokens":500,"cost":0.25,"onExceeded":"fail"},"retention":"P30D"}""";
        Trigger trigger = Trigger.read(Json.read(said));
        assertThat(trigger.terms())
                .isEqualTo(new RunTerms(
                        new QueueSettings(
                                List.of(new QueueSettings.Concurrency("input.tenant", 5)),
                                List.of(new QueueSettings.Rate(null, 60, Duration.ofMinutes(1))),
                                new QueueSettings.Fairness("input.tenant", "3")),
                        new BudgetSettings(null, 500L, new BigDecimal("0.25"), null, OnExceeded.FAIL),
                        Duration.ofDays(30)));
        assertThat(Trigger.read(trigger.toJson())).isEqualTo(trigger);
        assertThat(trigger.settled("r", null).debounced(null).by("ada").terms()).isEqualTo(trigger.terms());
    }

    /** It was told that graph is missing, which it is not for whoever wrote it. */
    @ParameterizedTest
    @CsvSource({"grph", "grpah", "graf"})
    void aSlipInTheFieldThatHasToBeThereIsToldAsOne(String slip) {
        assertThatThrownBy(() -> Trigger.read(Json.read("{\"" + slip + "\":\"g\",\"input\":{}}")))
                .isInstanceOf(FaultsException.class)
                .hasMessage(slip + ": is no known field; write graph");
        assertThatThrownBy(() -> Trigger.read(Json.read("{\"graph\":null,\"input\":{}}")))
                .hasMessage("graph: is missing; name the graph to run");
    }

    @Test
    void cannotPauseAQueueForOneRun() {
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> Trigger.read(Json.read("""
                        {"graph":"g","queue":{"paused":true,"rates":[]},"budget":{"key":"input.t"},"retention":"month"}""")));
        assertThat(refused.faults())
                .extracting(Fault::place)
                .containsExactlyInAnyOrder("queue.paused", "queue.rates", "budget.per", "budget", "retention");
    }

    @Test
    void ignoresUnknownFieldsAndTakesNullForAbsent() throws FaultsException {
        Trigger trigger = Trigger.read(
                Json.read(
                        "{\"graph\":\"g\",\"agent\":null,\"runId\":null,\"colour\":1,\"session\":1,\"region\":2,\"urgent\":3}"));
        assertThat(trigger).isEqualTo(Trigger.of("g", null, JsonNodeFactory.instance.objectNode()));
    }

    /** A run of the newest version, where another was meant, is worse than none. */
    @ParameterizedTest
    @CsvSource({
        "graphVersion, version",
        "run_id, runId",
        "RunID, runId",
        "start-at, startAt",
        "Priority, priority",
        "priorty, priority",
        "timout, timeout",
        "inputs, input",
        "tag, tags",
        "budgets, budget",
        "interrupt_before, pauseBefore"
    })
    void refusesAFieldThatCanOnlyBeMeantAsAnother(String slip, String meant) {
        assertThatThrownBy(() -> Trigger.read(Json.read("{\"graph\":\"g\",\"" + slip + "\":1}")))
                .isInstanceOf(FaultsException.class)
                .hasMessage(slip + ": is no known field; write " + meant);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "graph    | 7           | must be a text, but is the number 7",
                "graph    | ``          | must be a text, but is an empty list",
                "version  | \"3\"       | must be a whole number from 1 to 2147483647, but is the text \"3\"",
                "version  | 0           | must be a whole number from 1 to 2147483647, but is the number 0",
                "version  | 1.5         | must be a whole number from 1 to 2147483647, but is the number 1.5",
                "version  | 2147483648  | must be a whole number from 1 to 2147483647, but is the number 2147483648",
                "runId    | 42          | must be a text, but is the number 42",
                "runId    | \"\"        | is \"\"",
                "runId    | \"a b\"     | is \"a b\"",
                "input    | [1]         | must be an object, but is a list",
                "input    | \"x\"       | must be an object, but is the text \"x\"",
                "priority | 10          | must be a whole number from 0 to 9, but is the number 10",
                "priority | -1          | must be a whole number from 0 to 9, but is the number -1",
                "priority | true        | must be a whole number from 0 to 9, but is true",
                "timeout  | 600         | is the number 600",
                "timeout  | \"10m\"     | is the text \"10m\"",
                "tags     | [\"a\"]     | must be an object, but is a list",
            })
    void refusesTheWrongType(String field, String value, String problem) throws FaultsException {
        String json = value.isEmpty() ? "[]" : value;
        String graph = field.equals("graph") ? "" : "\"graph\":\"g\",";
        assertThat(faults("{" + graph + "\"" + field + "\":" + json + "}"))
                .extracting(Fault::place, Fault::problem)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(field, problem));
    }

    @Test
    void refusesTagsThatAreNoTexts() throws FaultsException {
        assertThat(faults("{\"graph\":\"g\",\"tags\":{\"a\":1,\"b\":null}}"))
                .extracting(Fault::place, Fault::problem)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("tags.a", "must be a text, but is the number 1"),
                        org.assertj.core.groups.Tuple.tuple("tags.b", "must be a text, but is null"));
    }

    @Test
    void refusesTheWrongTypeOfAgent() throws FaultsException {
        assertThat(faults("{\"agent\":[]}"))
                .extracting(Fault::toString)
                .containsExactly("agent: must be a text, but is an empty list; write a text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"x\"", "[]", "null", "true"})
    void refusesWhatIsNoObject(String json) throws FaultsException {
        assertThat(faults(json))
                .isNotEmpty()
                .allSatisfy(fault -> assertThat(fault.remedy()).isNotBlank());
    }

    @Test
    void reportsAllFaultsAtOnce() throws FaultsException {
        assertThat(faults("{\"runId\":\"a b\",\"input\":1,\"priority\":10,\"timeout\":\"soon\",\"tags\":{\"a\":1}}"))
                .extracting(Fault::place)
                .containsExactly("graph", "runId", "input", "priority", "timeout", "tags.a");
    }

    @Test
    void cannotBeBuiltWithAnIllegalRunIdOrPriority() {
        var input = JsonNodeFactory.instance.objectNode();
        var target = new Trigger.OfGraph("g", null);
        assertThatThrownBy(() -> Trigger.of("g", "a b", input)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Trigger(target, null, input, 10, null, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Fault> faults(String json) throws FaultsException {
        var tree = Json.read(json);
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> Trigger.read(tree));
        assertThat(refused).as(json).isNotNull();
        return refused.faults();
    }
}
