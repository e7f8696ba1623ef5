package dev.postroad.runtime;

import dev.postroad.runtime.clock.SharedClock;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.StartLimit;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.LongSupplier;

/**
 * What every part of a worker is made on.
 *
 * @param ticker nanoseconds that go on evenly, from any origin
 * @param parts where each part is entered as it is opened, so that a start that fails closes what was
 */
record Foundation(
        WorkerSettings settings,
        SharedClock clock,
        LongSupplier ticker,
        PrometheusMeterRegistry metrics,
        StartLimit limit,
        Parts parts) {

    <T extends AutoCloseable> T part(T part) {
        return parts.add(part);
    }
}
