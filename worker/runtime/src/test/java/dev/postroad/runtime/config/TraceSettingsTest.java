package dev.postroad.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.FaultsException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class TraceSettingsTest {
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final String COLLECTOR = "http://collector:4318";

    private static WorkerSettings read(Map<String, String> more) throws FaultsException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "k:9092", "POSTROAD_POSTGRES_URL", "jdbc:postgresql://p/postroad"));
        environment.putAll(more);
        return WorkerSettings.read(environment);
    }

    private static Map<String, String> given(Map<String, String> more) throws FaultsException {
        return read(more).traces().openTelemetry();
    }

    @Test
    void traceNothingWithoutAnEndpoint() throws FaultsException {
        assertThat(given(Map.of())).isEmpty();
        assertThat(given(Map.of("OTEL_SERVICE_NAME", "mine", ENDPOINT, " "))).isEmpty();
        assertThat(given(Map.of(ENDPOINT, COLLECTOR, "OTEL_SDK_DISABLED", "true")))
                .isEmpty();
        assertThat(given(Map.of(ENDPOINT, COLLECTOR, "OTEL_TRACES_EXPORTER", "none")))
                .isEmpty();
    }

    @Test
    void handOnWhatOpenTelemetryKnows() throws FaultsException {
        assertThat(given(Map.of(ENDPOINT, COLLECTOR, "OTEL_SERVICE_NAME", "mine", "PATH", "/bin")))
                .containsOnlyKeys(ENDPOINT, "OTEL_SERVICE_NAME");
        assertThat(given(Map.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", COLLECTOR)))
                .hasSize(1);
    }

    @Test
    void showNoPayloadsUnlessTheyAreAskedFor() throws FaultsException {
        assertThat(read(Map.of()).traces().content()).isFalse();
        assertThat(read(Map.of("POSTROAD_TRACE_CONTENT", "true")).traces().content())
                .isTrue();
    }

    @Test
    void showNothingOfAnEndpointThatIsNone() {
        assertThatThrownBy(() -> read(Map.of(ENDPOINT, "user:canary-of-password@collector:4318")))
                .hasMessageContaining(ENDPOINT)
                .hasMessageContaining("http://collector:4318")
                .hasMessageNotContaining("canary");
    }

    @Test
    void keepTheReceiversKeysFromDefinitions() throws FaultsException {
        Map<String, String> environment = Map.of(
                ENDPOINT,
                COLLECTOR,
                "OTEL_EXPORTER_OTLP_HEADERS",
                "x-key=the%20keys%20value,other=5",
                "COPY_OF_KEY",
                "the keys value",
                "POSTROAD_SECRETS",
                "env:*");
        WorkerSettings settings = read(environment);
        assertThat(settings.agents().variables()).doesNotContainKey("OTEL_EXPORTER_OTLP_HEADERS");
        assertThat(TraceSettings.secrets(settings.traces().openTelemetry()))
                .contains("the%20keys%20value", "the keys value");
        assertThat(settings.toString() + settings.traces()).doesNotContain("keys");
    }
}
