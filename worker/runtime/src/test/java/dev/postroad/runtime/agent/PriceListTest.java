package dev.postroad.runtime.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.json.FaultsException;
import java.math.BigDecimal;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What calls cost. */
@NullMarked
class PriceListTest {
    private final PriceList prices = new PriceList();

    private static PriceDefinition price(String yaml) throws FaultsException {
        return (PriceDefinition) Definitions.readAll(yaml).getFirst();
    }

    @BeforeEach
    void publish() throws FaultsException {
        prices.put(price("{ price: gpt-4o, inputTokens: 2.50, outputTokens: 10.00 }"));
        prices.put(price("{ price: small@20260101, inputTokens: 1, per: 3 }"));
    }

    private @Nullable BigDecimal cost(@Nullable String model, @Nullable String said) {
        Usage usage = new Usage(1_000, 100, model, said == null ? null : new BigDecimal(said), "stop");
        AgentReply.Completed completed = (AgentReply.Completed)
                prices.priced(new AgentReply.Completed(JsonNodeFactory.instance.objectNode(), usage));
        assertThat(completed.usage().tokens()).isEqualTo(1_100);
        assertThat(completed.usage().finishReason()).isEqualTo("stop");
        return completed.usage().cost();
    }

    @Test
    void tokensCostWhatTheModelThatAnsweredCosts() {
        assertThat(cost("gpt-4o", null)).isEqualByComparingTo("0.0035");
        assertThat(cost("small@20260101", null)).isEqualByComparingTo("333.333333333333");
        assertThat(cost("gpt-4o-mini", null)).isNull();
        assertThat(cost(null, null)).isNull();
    }

    @Test
    void aPriceWithoutADateIsThatOfEachDatedReleaseThatHasNoneOfItsOwn() throws FaultsException {
        assertThat(cost("gpt-4o-2024-08-06", null)).isEqualByComparingTo("0.0035");
        assertThat(cost("gpt-4o-20240806", null)).isEqualByComparingTo("0.0035");
        prices.put(price("{ price: gpt-4o-2024-08-06, outputTokens: 5 }"));
        assertThat(cost("gpt-4o-2024-08-06", null)).isEqualByComparingTo("0.0005");
        assertThat(cost("small", null)).isNull();
    }

    @Test
    void whatAnAgentSaysOfItsCostGoesBefore() {
        assertThat(cost("gpt-4o", "0.7")).isEqualByComparingTo("0.7");
        assertThat(cost("gpt-4o", "0")).isEqualByComparingTo("0");
    }

    @Test
    void aPriceThatWasRemovedCountsNoMore() {
        prices.remove("gpt-4o");
        assertThat(cost("gpt-4o", null)).isNull();
    }
}
