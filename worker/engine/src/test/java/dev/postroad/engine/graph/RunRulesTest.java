package dev.postroad.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class RunRulesTest {
    private static final QueueRules.Rate A_MINUTE = new QueueRules.Rate(null, 60, Duration.ofMinutes(1));

    private static RunRules rules(String terms) throws FaultsException {
        JsonNode tree = Json.read(terms);
        RunRules rules = RunRules.read(tree);
        ObjectNode written = JsonNodeFactory.instance.objectNode();
        rules.terms().put(written);
        assertThat(RunRules.read(written)).as("read back").isEqualTo(rules);
        return rules;
    }

    @Test
    void eachLimitThatATriggerSetsStandsInPlaceOfThatOfItsGraphAndTheOthersHold() throws Exception {
        QueueRules ofGraph = new QueueRules(
                List.of(new QueueRules.Concurrency(null, 7)),
                List.of(A_MINUTE),
                new QueueRules.Fairness(KeyExpression.compile("input.tenant"), null));
        QueueRules own = rules("{\"queue\":{\"concurrency\":[{\"runs\":2}]}}").queue(ofGraph);
        assertThat(own.concurrency()).containsExactly(new QueueRules.Concurrency(null, 2));
        assertThat(own.rates()).isEqualTo(ofGraph.rates());
        assertThat(own.fairness()).isEqualTo(ofGraph.fairness());
        assertThat(rules("{\"retention\":\"P1D\"}").queue(ofGraph)).isSameAs(ofGraph);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            input.tenant,   P1D,  acme
            input.customer, P1D,  'acme (of triggers: by input.customer, for P1D)'
            input.tenant,   PT1H, 'acme (of triggers: by input.tenant, for PT1H)'
            -,              P1D,  ' (of triggers: for P1D)'""")
    void aTriggersBudgetIsTheGraphsOnlyWhereItCountsAlike(@Nullable String key, String per, String spentFrom)
            throws Exception {
        String budget = "{\"budget\":{%s\"tokens\":%d,\"per\":\"%s\"}}";
        BudgetRules ofGraph = Objects.requireNonNull(
                rules(budget.formatted("\"key\":\"input.tenant\",", 900, "P1D")).budget());
        BudgetRules own =
                Objects.requireNonNull(rules(budget.formatted(key == null ? "" : "\"key\":\"" + key + "\",", 5, per))
                        .budget());
        JsonNode input = Json.read("{\"tenant\":\"acme\",\"customer\":\"acme\"}");
        assertThat(own.keyOf(ofGraph, input, JsonNodeFactory.instance.objectNode()))
                .isEqualTo(spentFrom);
        JsonNode posing = Json.read("{\"tenant\":\"acme (of triggers: for P1D)\"}");
        assertThat(ofGraph.keyOf(ofGraph, posing, JsonNodeFactory.instance.objectNode()))
                .as("no input can pose as a trigger's budget")
                .isEqualTo("acme (of triggers for P1D)");
        assertThat(own.keyOf(null, input, JsonNodeFactory.instance.objectNode()))
                .as("beside a graph without one")
                .contains("of triggers");
    }

    @Test
    void aGraphThatIsPausedHoldsRunsWithLimitsOfTheirOwn() throws Exception {
        QueueRules paused = new QueueRules(
                List.of(new QueueRules.Concurrency(null, 0), new QueueRules.Concurrency(null, 7)), List.of(), null);
        QueueRules own = rules("{\"queue\":{\"concurrency\":[{\"runs\":2}]}}").queue(paused);
        assertThat(own.isPaused()).isTrue();
        assertThat(own.concurrency()).extracting(QueueRules.Concurrency::runs).containsExactly(0, 2);
    }

    @Test
    void anExpressionThatTakesLongToReadIsRefusedUnread() {
        String longest = "input.a" + " ".repeat(993);
        FaultsException refused = catchThrowableOfType(
                FaultsException.class,
                () -> rules("{\"budget\":{\"key\":\"" + longest + " \",\"tokens\":5,\"per\":\"P1D\"}}"));
        assertThat(refused).hasMessage("budget.key: has 1001 characters; use at most 1000, or say it in the graph");
        assertThatCode(() -> rules("{\"budget\":{\"key\":\"" + longest + "\",\"tokens\":5,\"per\":\"P1D\"}}"))
                .doesNotThrowAnyException();
    }

    /** What was counted longer ago than a year is gone, so that it would let through more and more. */
    @Test
    void aPeriodOfMoreThanAYearIsTold() {
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> rules("""
                        {"queue":{"rate":[{"runs":2,"per":"PT1H"},{"runs":5,"per":"P367D"}]},
                         "budget":{"tokens":5,"per":"P367D"}}"""));
        assertThat(refused.faults())
                .extracting(Fault::toString)
                .containsExactly(
                        "queue.rate[1].per: is longer than a year, for which nothing is counted; use at most P366D",
                        "budget.per: is longer than a year, for which nothing is counted; use at most P366D");
        assertThatCode(() -> rules("{\"budget\":{\"tokens\":5,\"per\":\"P366D\"}}"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.009", "1000.5"})
    void aWeightThatWouldBeCutIsTold(String weight) {
        String fairness = "{\"queue\":{\"fairness\":{\"key\":\"input.t\",\"weight\":\"%s\"}}}";
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> rules(fairness.formatted(weight)));
        assertThat(refused)
                .hasMessage("queue.fairness.weight: is " + weight
                        + ", which no weight can be; write one from 0.01 to 1000");
        assertThatCode(() -> rules(fairness.formatted("1000"))).doesNotThrowAnyException();
    }

    @Test
    void everyUnsoundExpressionOfATriggerIsTold() {
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> rules("""
                        {"queue":{"concurrency":[{"key":"input.","runs":2}],"fairness":{"key":"nobody.tenant"}},
                         "budget":{"key":"1 +","tokens":5,"per":"P1D"}}"""));
        assertThat(refused.faults())
                .extracting(Fault::place)
                .containsExactly("queue.concurrency[0].key", "queue.fairness.key", "budget.key");
    }
}
