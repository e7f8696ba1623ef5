package dev.postroad.contracts.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
    private final List<Fault> faults = new ArrayList<>();

    @Test
    void placesFaultsOfNestedObjects() throws FaultsException {
        Fields fields = Fields.of(Json.read("{\"retry\":{\"jitter\":\"much\"}}"), "nodes.draft", faults);
        Fields retry = fields.nested("retry");
        assertThat(retry).isNotNull();
        retry.number("jitter", 0, 1);
        assertThat(faults).extracting(Fault::place).containsExactly("nodes.draft.retry.jitter");
    }

    @Test
    void placesFaultsOfTheObjectItself() throws FaultsException {
        Fields.of(Json.read("{}"), "document 2", faults).fault("", "is empty", "fill it");
        assertThat(faults).containsExactly(new Fault("document 2", "is empty", "fill it"));
    }

    @Test
    void takesNullForAbsent() throws FaultsException {
        Fields fields = Fields.of(Json.read("{\"a\":null}"), "", faults);
        assertThat(fields.has("a")).isFalse();
        assertThat(fields.text("a")).isNull();
        assertThat(fields.texts("a")).isEmpty();
        assertThat(faults).isEmpty();
    }

    @Test
    void takesAWholeNumberHoweverItIsWritten() throws FaultsException {
        Fields fields = Fields.of(Json.read("{\"a\":3,\"b\":3.0,\"c\":3e0}"), "", faults);
        assertThat(List.of("a", "b", "c"))
                .allSatisfy(name -> assertThat(fields.whole(name, 1, 9)).isEqualTo(3));
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5", "0", "10", "\"3\"", "true", "1e30", "99999999999999999999"})
    void refusesWhatIsNoWholeNumberInItsBounds(String value) throws FaultsException {
        assertThat(Fields.of(Json.read("{\"a\":" + value + "}"), "", faults).whole("a", 1, 9))
                .isNull();
        assertThat(faults).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "-PT1S", "P1Y", "1h", "", "P9999999999D", "P99999999999999999999D"})
    void refusesWhatIsNoPositiveDuration(String value) throws FaultsException {
        assertThat(Fields.of(Json.read("{\"a\":\"" + value + "\"}"), "", faults).duration("a"))
                .isNull();
        assertThat(faults).hasSize(1);
    }

    @Test
    void readsDurations() throws FaultsException {
        Fields fields = Fields.of(Json.read("{\"a\":\"P1DT2H\",\"b\":\"PT0.5S\"}"), "", faults);
        assertThat(fields.duration("a")).isEqualTo(Duration.ofHours(26));
        assertThat(fields.duration("b")).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void namesWhatIsKnownBesideAnUnknownField() throws FaultsException {
        Fields.of(Json.read("{\"colour\":1}"), "", faults).onlyKnown(Set.of("b", "a"));
        assertThat(faults).containsExactly(new Fault("colour", "is no known field", "use one of a, b"));
    }

    @Test
    void shortensAQuoteBetweenCharactersAndNotWithinOne() {
        String quoted = Fields.quoted("x".repeat(99) + "😀😀");
        assertThat(quoted).isEqualTo("\"" + "x".repeat(99) + "…\"");
        assertThat(Json.unstorableText(com.fasterxml.jackson.databind.node.TextNode.valueOf(quoted)))
                .isNull();
    }
}
