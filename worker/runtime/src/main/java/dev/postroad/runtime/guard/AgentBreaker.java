package dev.postroad.runtime.guard;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.CircuitBreakerSettings;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.runtime.availability.Availability;
import dev.postroad.runtime.availability.BreakerRows;
import dev.postroad.runtime.availability.CallRestriction;
import dev.postroad.runtime.availability.Probe;
import dev.postroad.runtime.availability.UnknownAgentException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker of one agent on this worker. While it is closed, Resilience4j counts this worker's calls and says
 * when it is to open; from then on the state in Postgres decides, which all workers share, and this one follows it. So
 * its own clock and its own half-open calls are never used. Thread-safe.
 */
final class AgentBreaker {
    private static final Logger LOG = LoggerFactory.getLogger(AgentBreaker.class);

    /** Longer than anything: it is told when to change. */
    private static final Duration FOR_EVER = Duration.ofDays(3_650);

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 500;

    private final String agent;
    private final GuardSettings settings;
    private final Duration timeout;
    private final Shared shared;
    private final CircuitBreaker breaker;
    private final AtomicBoolean opening = new AtomicBoolean();
    private final ReentrantLock probing = new ReentrantLock();
    private volatile Instant openUntil = Instant.EPOCH;

    /** Whether a call may be made. */
    sealed interface Permission {}

    /** It may. */
    record Granted(Judge judge) implements Permission {}

    /** It may not. */
    record Denied(Entry.Unavailable why) implements Permission {}

    /** What the breakers of a worker have in common. */
    record Shared(BreakerRows rows, Availability availability, Instruments instruments, InstantSource clock) {}

    /**
     * @param name for metrics
     * @param timeout the longest that a call takes
     */
    AgentBreaker(String agent, String name, GuardSettings settings, Duration timeout, Shared shared) {
        this.agent = agent;
        this.settings = settings;
        this.timeout = timeout;
        this.shared = shared;
        this.breaker = shared.instruments.breaker(name, config(settings.circuitBreaker()));
        follow();
    }

    private static CircuitBreakerConfig config(CircuitBreakerSettings settings) {
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.custom()
                .slidingWindow(settings.window(), settings.minimumCalls(), SlidingWindowType.COUNT_BASED)
                .failureRateThreshold((float) settings.failureRate())
                .slowCallRateThreshold((float) settings.slowCallRate())
                .waitDurationInOpenState(FOR_EVER)
                .permittedNumberOfCallsInHalfOpenState(settings.halfOpenCalls())
                .writableStackTraceEnabled(false);
        Duration slow = settings.slowCall();
        return config.slowCallDurationThreshold(slow == null ? FOR_EVER : slow).build();
    }

    /** Takes the state that Postgres has, unless it is about to change that itself. */
    synchronized void follow() {
        if (opening.get()) {
            return;
        }
        CallRestriction restriction = shared.availability.of(agent);
        CallRestriction.Breaker stored = restriction == null ? null : restriction.breaker();
        State wanted = stored == null ? State.CLOSED : stored.halfOpen() ? State.HALF_OPEN : State.OPEN;
        if (breaker.getState() == wanted) {
            return;
        }
        switch (wanted) {
            case CLOSED -> breaker.transitionToClosedState();
            case OPEN -> breaker.transitionToOpenState();
            case HALF_OPEN -> {
                if (breaker.getState() == State.CLOSED) {
                    breaker.transitionToOpenState();
                }
                breaker.transitionToHalfOpenState();
            }
            case DISABLED, FORCED_OPEN, METRICS_ONLY -> throw new IllegalStateException("never wanted: " + wanted);
        }
    }

    /** Whether calls are let through at all, as far as is known without asking; null where they are. */
    Entry.@Nullable Unavailable closedTo(Instant now) {
        if (opening.get()) {
            return unavailable("its circuit breaker is open", openUntil);
        }
        CallRestriction restriction = shared.availability.of(agent);
        CallRestriction.Breaker stored = restriction == null ? null : restriction.breaker();
        if (stored == null || !now.isBefore(stored.until())) {
            return null;
        }
        if (!stored.halfOpen()) {
            return unavailable("its circuit breaker is open", stored.until());
        }
        return stored.probes() < settings.circuitBreaker().halfOpenCalls()
                ? null
                : unavailable(
                        "its circuit breaker is half open, and enough calls see whether it is well",
                        lookAgainAt(now, stored.until()));
    }

    /** Where those calls open it again, somebody has to try again when the time for that has come. */
    private Instant lookAgainAt(Instant now, Instant roundEndsAt) {
        Duration openFor = settings.circuitBreaker().openFor();
        Instant next = now.plus(openFor.compareTo(SOON) > 0 ? openFor : SOON);
        return next.isBefore(roundEndsAt) ? next : roundEndsAt;
    }

    /**
     * Lets a call through, or says why not; waits for Postgres where the breaker is not closed.
     *
     * @throws InterruptedException where the call was stopped while it waited
     */
    Permission ask() throws InterruptedException {
        Entry.Unavailable closed = closedTo(shared.clock.instant());
        if (closed != null) {
            return new Denied(closed);
        }
        CallRestriction restriction = shared.availability.of(agent);
        if ((restriction == null || restriction.breaker() == null) && breaker.tryAcquirePermission()) {
            return new Granted(new Counted());
        }
        // Thousands may have waited for this moment; those behind the first few see that there were enough.
        probing.lockInterruptibly();
        try {
            return askPostgres();
        } finally {
            probing.unlock();
        }
    }

    private Permission askPostgres() {
        Instant now = shared.clock.instant();
        Entry.Unavailable closed = closedTo(now);
        if (closed != null) {
            return new Denied(closed);
        }
        try {
            Optional<Probe> probe = shared.rows.beginProbe(agent, settings.circuitBreaker(), timeout);
            shared.availability.refresh();
            if (probe.isPresent()) {
                return new Granted(new Probing(probe.get()));
            }
            closed = closedTo(shared.clock.instant());
            return new Denied(
                    closed == null ? unavailable("its circuit breaker has just changed", now.plus(SOON)) : closed);
        } catch (JdbiException away) {
            return new Denied(unavailable("its circuit breaker is open, and Postgres is away", now.plus(SOON)));
        }
    }

    private static Entry.Unavailable unavailable(String reason, Instant until) {
        return new Entry.Unavailable(reason, until);
    }

    /** Counts how a call went whose permission was given back before. */
    void count(AgentReply reply, long durationMillis) {
        new Counted().ended(reply, durationMillis);
    }

    private void openForAll(AgentReply last) {
        if (!opening.compareAndSet(false, true)) {
            return;
        }
        openUntil = shared.clock.instant().plus(settings.circuitBreaker().openFor());
        String why = String.format(
                Locale.ROOT,
                "%.0f %% of the last %d calls failed, %.0f %% were slow; %s",
                Math.max(0, breaker.getMetrics().getFailureRate()),
                breaker.getMetrics().getNumberOfBufferedCalls(),
                Math.max(0, breaker.getMetrics().getSlowCallRate()),
                Verdict.described(last));
        inBackground("open", () -> {
            shared.rows.open(agent, settings, why);
            shared.availability.refresh();
            opening.set(false);
            follow();
        });
    }

    private void inBackground(String what, Runnable work) {
        Thread.ofVirtual().name("postroad-breaker-" + agent).start(() -> {
            Instant giveUpAt =
                    shared.clock.instant().plus(settings.circuitBreaker().openFor());
            for (int tries = 1; ; tries++) {
                try {
                    work.run();
                    return;
                } catch (JdbiException away) {
                    if (tries == 1) {
                        LOG.warn("the circuit breaker of {} cannot {} for all yet: {}", agent, what, away.getMessage());
                    }
                    if (shared.clock.instant().isAfter(giveUpAt)) {
                        // By then it would no longer be so.
                        opening.set(false);
                        follow();
                        return;
                    }
                } catch (UnknownAgentException removed) {
                    LOG.debug("the circuit breaker of {} need not {}: {}", agent, what, removed.getMessage());
                    opening.set(false);
                    return;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        });
    }

    /** A call while the breaker is closed. */
    private final class Counted implements Judge {
        @Override
        public void ended(AgentReply reply, long durationMillis) {
            if (Verdict.isFailure(reply)) {
                breaker.onError(durationMillis, TimeUnit.MILLISECONDS, new Failure());
            } else {
                breaker.onSuccess(durationMillis, TimeUnit.MILLISECONDS);
            }
            if (breaker.getState() == State.OPEN) {
                CallRestriction restriction = shared.availability.of(agent);
                if (restriction == null || restriction.breaker() == null) {
                    openForAll(reply);
                }
            }
        }

        @Override
        public boolean isProbe() {
            return false;
        }

        @Override
        public void abandoned() {
            breaker.releasePermission();
        }
    }

    /** A call that sees whether the agent is well again. */
    private final class Probing implements Judge {
        private final Probe probe;

        Probing(Probe probe) {
            this.probe = probe;
        }

        @Override
        public void ended(AgentReply reply, long durationMillis) {
            boolean passed = !Verdict.isFailure(reply);
            inBackground("judge", () -> {
                shared.rows.endProbe(probe, settings, passed, Verdict.described(reply));
                shared.availability.refresh();
            });
        }

        @Override
        public boolean isProbe() {
            return true;
        }

        @Override
        public void abandoned() {
            inBackground("take a call back", () -> {
                shared.rows.abandonProbe(probe);
                shared.availability.refresh();
            });
        }
    }

    /** Resilience4j wants to see an exception; without a trace it costs next to nothing. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure() {
            super(null, null, false, false);
        }
    }
}
