package dev.postroad.runtime.guard;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedRateLimiterMetrics;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Makes what Resilience4j contributes, under names by which its own metrics tell them apart. What is made under a name
 * takes the place of what was there; calls that hold the former keep it. Thread-safe.
 */
final class Instruments {
    private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.ofDefaults();
    private final BulkheadRegistry bulkheads = BulkheadRegistry.ofDefaults();
    private final RateLimiterRegistry rateLimiters = RateLimiterRegistry.ofDefaults();

    Instruments(MeterRegistry metrics) {
        TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(metrics);
        TaggedBulkheadMetrics.ofBulkheadRegistry(bulkheads).bindTo(metrics);
        TaggedRateLimiterMetrics.ofRateLimiterRegistry(rateLimiters).bindTo(metrics);
    }

    synchronized CircuitBreaker breaker(String name, CircuitBreakerConfig config) {
        breakers.remove(name);
        return breakers.circuitBreaker(name, config);
    }

    synchronized Bulkhead bulkhead(String name, BulkheadConfig config) {
        bulkheads.remove(name);
        return bulkheads.bulkhead(name, config);
    }

    synchronized RateLimiter rateLimiter(String name, RateLimiterConfig config) {
        rateLimiters.remove(name);
        return rateLimiters.rateLimiter(name, config);
    }
}
