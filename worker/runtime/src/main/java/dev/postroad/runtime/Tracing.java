package dev.postroad.runtime;

import dev.postroad.runtime.config.TraceSettings;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.trace.TraceStart;
import dev.postroad.runtime.trace.Traces;

/** Opens what makes spans, where there is somebody to send them to. */
final class Tracing {
    private Tracing() {}

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
