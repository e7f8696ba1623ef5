package dev.postroad.runtime.guard;

import dev.postroad.contracts.definition.BulkheadSettings;
import dev.postroad.contracts.definition.RateLimitSettings;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import org.jspecify.annotations.Nullable;

/** How many calls are under way at once, and how many begin in a period, on this worker. Thread-safe. */
final class CallLimits {
    private static final String BUSY = "agent-busy";

    private final @Nullable Bulkhead bulkhead;
    private final @Nullable RateLimiter rateLimiter;

    /** @param name for metrics and messages */
    CallLimits(
            String name, @Nullable BulkheadSettings places, @Nullable RateLimitSettings rate, Instruments instruments) {
        bulkhead = places == null || places.cluster() != null ? null : instruments.bulkhead(name, config(places));
        rateLimiter = rate == null || rate.cluster() != null ? null : instruments.rateLimiter(name, config(rate));
    }

    private static BulkheadConfig config(BulkheadSettings settings) {
        return BulkheadConfig.custom()
                .maxConcurrentCalls(settings.calls())
                .maxWaitDuration(settings.maxWait())
                .fairCallHandlingStrategyEnabled(true)
                .writableStackTraceEnabled(false)
                .build();
    }

    private static RateLimiterConfig config(RateLimitSettings settings) {
        return RateLimiterConfig.custom()
                .limitForPeriod(settings.calls())
                .limitRefreshPeriod(settings.per())
                .timeoutDuration(settings.maxWait())
                .writableStackTraceEnabled(false)
                .build();
    }

    /**
     * Waits for a place and a turn; null where the call has both.
     *
     * @throws InterruptedException where the call was stopped while it waited
     */
    Entry.@Nullable Busy enter() throws InterruptedException {
        if (bulkhead != null && !bulkhead.tryAcquirePermission()) {
            throwIfStopped();
            BulkheadConfig config = bulkhead.getBulkheadConfig();
            return new Entry.Busy(
                    BUSY,
                    "found " + config.getMaxConcurrentCalls() + " calls under way for " + config.getMaxWaitDuration()
                            + "; raise bulkhead.calls, or add workers");
        }
        if (rateLimiter != null && !rateLimiter.acquirePermission()) {
            leave();
            throwIfStopped();
            RateLimiterConfig config = rateLimiter.getRateLimiterConfig();
            return new Entry.Busy(
                    BUSY,
                    "had no turn within " + config.getTimeoutDuration() + " among " + config.getLimitForPeriod()
                            + " calls in " + config.getLimitRefreshPeriod() + "; raise rateLimit, or add workers");
        }
        return null;
    }

    /** Resilience4j gives up, and sets the flag again. */
    private static void throwIfStopped() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("stopped while it waited for its place");
        }
    }

    void leave() {
        if (bulkhead != null) {
            bulkhead.onComplete();
        }
    }
}
