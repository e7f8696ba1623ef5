package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartAtTest {
    private static final Instant WRITTEN = Instant.parse("2026-11-28T12:00:00.123Z");

    @ParameterizedTest
    @CsvSource({
        "2026-12-01T08:00:00Z, 2026-12-01T08:00:00Z",
        "2026-12-01T08:00:00+01:00, 2026-12-01T07:00:00Z",
        "2026-12-01T08:00:00.123456789Z, 2026-12-01T08:00:00.123456Z",
        "9999-12-31T23:59:59Z, 9999-12-31T23:59:59Z",
        "PT5M, 2026-11-28T12:05:00.123Z",
        "P36500D, 2126-11-04T12:00:00.123Z"
    })
    void saysWhenARunMayBegin(String text, Instant time) throws FaultsException {
        assertThat(StartAt.parse(text).from(WRITTEN)).isEqualTo(time);
        FaultList faults = new FaultList();
        StartAt read = StartAt.read(Fields.of(Json.read("{\"startAt\": \"" + text + "\"}"), "", faults), "startAt");
        assertThat(faults).isEmpty();
        assertThat(read).isEqualTo(StartAt.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tomorrow\"",
                "\"\"",
                "\"P1Y\"",
                "\"PT0S\"",
                "\"-PT5M\"",
                "\"2026-12-01\"",
                "\"2026-12-01T08:00:00\"",
                "5",
                "\"+10000-01-01T00:00:00Z\"",
                "\"1969-12-31T23:59:59Z\"",
                "\"P36501D\"",
                "{}"
            })
    void refusesWhatIsNoTime(String value) throws FaultsException {
        List<Fault> faults = new FaultList();
        assertThat(StartAt.read(Fields.of(Json.read("{\"startAt\": " + value + "}"), "", faults), "startAt"))
                .isNull();
        assertThat(faults).singleElement().extracting(Fault::place).isEqualTo("startAt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tomorrow", "PT", "P99999999999999999999D", "PT0S"})
    void saysWhatToUse(String text) {
        assertThatThrownBy(() -> StartAt.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT5M");
    }
}
