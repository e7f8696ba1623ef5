package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.FaultsException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RunEventTest {
    @Test
    void readsWhatEveryEventHas() throws FaultsException {
        RunEvent event = read("{\"runId\":\"r\",\"type\":\"trigger.duplicate\",\"at\":\"2026-01-31T12:00:00Z\"}");
        assertThat(event.at()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(event.seq()).isZero();
        assertThat(event.node()).isNull();
        assertThat(event.durationMillis()).isEqualTo(-1);
        assertThat(event.data().isObject()).isTrue();
    }

    @Test
    void readsDurationsOfMonths() throws FaultsException {
        RunEvent event = read("{\"runId\":\"r\",\"type\":\"run.completed\","
                + "\"at\":\"2026-01-31T12:00:00Z\",\"durationMs\":7776000000}");
        assertThat(event.durationMillis()).isEqualTo(7_776_000_000L);
    }

    @Test
    void reportsAllFaultsAtOnce() {
        assertThatThrownBy(() -> read("{\"type\":7,\"at\":\"now\",\"seq\":-1,\"durationMs\":\"long\"}"))
                .isInstanceOf(FaultsException.class)
                .hasMessageContainingAll("runId: ", "type: ", "at: ", "seq: ", "durationMs: ");
    }

    @Test
    void anEventOfALaterReleaseIsAnEvent() throws FaultsException {
        RunEvent event = read("{\"runId\":\"r\",\"type\":\"run.noted\",\"at\":\"2026-01-31T12:00:00Z\",\"seq\":4}");
        assertThat(event.type()).isEqualTo(EventType.UNKNOWN);
        assertThat(event.typeName()).isEqualTo("run.noted");
    }

    private static RunEvent read(String json) throws FaultsException {
        return RunEvent.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
