package dev.postroad.runtime;

import dev.postroad.runtime.config.TraceSettings;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.trace.CurrentSpan;
import dev.postroad.runtime.trace.TraceStart;
import dev.postroad.runtime.trace.Traces;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Opens what makes spans, where there is somebody to send them to. */
final class Tracing {
    private Tracing() {}

    /** Where something is traced, measurements name examples of it. */
    static PrometheusMeterRegistry metrics(WorkerSettings settings) {
        return settings.traces().openTelemetry().isEmpty()
                ? new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
                : new PrometheusMeterRegistry(
                        PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new CurrentSpan());
    }

    static Traces open(Foundation on, Storage storage) {
        TraceSettings settings = on.settings().traces();
        try {
            Traces traces = on.part(TraceStart.open(
                    settings.openTelemetry(),
                    settings.content(),
                    on.settings().workerId(),
                    storage.shared(),
                    on.clock()));
            traces.measure(on.metrics());
            return traces;
        } catch (IllegalArgumentException wrong) {
            throw new ProvisioningException(String.valueOf(wrong.getMessage()), wrong);
        }
    }
}
