package dev.postroad.runtime.guard;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.CircuitBreakerOverride;
import dev.postroad.contracts.definition.CircuitBreakerSettings;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.runtime.availability.CallRestriction;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands around the calls of one agent, under the settings that it has now: enabled? bulkhead, rate limit, circuit
 * breaker. Thread-safe.
 */
final class AgentGuard {
    private static final Logger LOG = LoggerFactory.getLogger(AgentGuard.class);

    /** Whoever waits for a disabled agent is told when it is enabled; this is for what may be missed. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final String agent;
    private final GuardSettings settings;
    private final AgentBreaker.Shared shared;
    private final @Nullable AgentBreaker breaker;
    private final ReentrantLock trying = new ReentrantLock();
    private final CallLimits limits;
    /** Passes without a judge are all alike. */
    private final Entry.Entered plain;

    private final ConcurrentHashMap<NodeKey, CallLimits> ofNodes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<NodeKey, AgentBreaker> breakersOfNodes = new ConcurrentHashMap<>();
    private final Duration timeout;

    AgentGuard(String agent, GuardSettings settings, Duration timeout, AgentBreaker.Shared shared) {
        this.agent = agent;
        this.settings = settings;
        this.shared = shared;
        this.timeout = timeout;
        this.breaker =
                settings.circuitBreaker().enabled() ? new AgentBreaker(agent, agent, settings, timeout, shared) : null;
        this.limits = new CallLimits(agent, settings.bulkhead(), settings.rateLimit(), shared.instruments());
        this.plain = new Entry.Entered(new Placed(limits, null));
    }

    /** Whether it stands for these very settings; to compare them all at each call is not worth it. */
    @SuppressWarnings("ReferenceEquality")
    boolean isFor(GuardSettings wanted) {
        return settings == wanted;
    }

    /** The agent stands otherwise than before. */
    void follow() {
        if (breaker != null) {
            breaker.follow();
        }
        breakersOfNodes.values().forEach(AgentBreaker::follow);
    }

    /**
     * Lets a call through, now or after a wait.
     *
     * @throws InterruptedException where the call was stopped while it waited
     */
    Entry enter(String graph, String nodeName, NodeGuardSettings node) throws InterruptedException {
        CallRestriction.Disabled disabled = disabled();
        boolean trial = disabled != null && mayTry();
        Instant now = shared.clock().instant();
        if (disabled != null && !trial) {
            Instant until = disabled.probeAt() == null ? now.plus(LOOK_AGAIN) : disabled.probeAt();
            return new Entry.Unavailable(disabled.why(), until.isAfter(now) ? until : now.plusSeconds(1));
        }
        AgentBreaker heeded = trial ? null : breakerFor(graph, nodeName, node);
        if (heeded != null) {
            // What would not be let through in the end is not to wait, nor to use up a place.
            Entry.Unavailable closed = heeded.closedTo(now);
            if (closed != null) {
                return closed;
            }
        }
        CallLimits own = limitsFor(graph, nodeName, node);
        Entry.Busy busy = own.enter();
        if (busy != null) {
            return busy;
        }
        if (!trial && disabled() != null) {
            // Somebody disabled it while this call waited for its place.
            own.leave();
            return enter(graph, nodeName, node);
        }
        if (heeded == null) {
            return trial || own != limits ? new Entry.Entered(new Placed(own, trial ? new Trial() : null)) : plain;
        }
        boolean entered = false;
        try {
            AgentBreaker.Permission permission = heeded.ask();
            return switch (permission) {
                case AgentBreaker.Granted(Judge judge) -> {
                    entered = true;
                    yield new Entry.Entered(new Placed(own, judge));
                }
                case AgentBreaker.Denied(Entry.Unavailable why) -> why;
            };
        } finally {
            if (!entered) {
                own.leave();
            }
        }
    }

    /** Counts how a call went that was not waited for. */
    void count(AgentReply reply, long durationMillis) {
        if (breaker != null) {
            breaker.count(reply, durationMillis);
        }
    }

    private CallRestriction.@Nullable Disabled disabled() {
        CallRestriction restriction = shared.availability().of(agent);
        return restriction == null ? null : restriction.disabled();
    }

    /** Whether the time has come to see whether a disabled agent is well again, and this call is the one to do it. */
    private boolean mayTry() throws InterruptedException {
        if (!isTimeToTry()) {
            return false;
        }
        // Thousands may have waited for this moment; those behind the first see that it has passed.
        trying.lockInterruptibly();
        try {
            boolean begun = isTimeToTry() && shared.rows().beginTrial(agent, settings.health());
            shared.availability().refresh();
            return begun;
        } catch (JdbiException away) {
            return false;
        } finally {
            trying.unlock();
        }
    }

    private boolean isTimeToTry() {
        CallRestriction.Disabled disabled = disabled();
        return disabled != null
                && disabled.probeAt() != null
                && !shared.clock().instant().isBefore(disabled.probeAt());
    }

    /** A node may have its calls judged otherwise; what it opens is the agent's breaker all the same. */
    private @Nullable AgentBreaker breakerFor(String graph, String nodeName, NodeGuardSettings node) {
        CircuitBreakerOverride said = node.circuitBreaker();
        if (said == null) {
            return breaker;
        }
        CircuitBreakerSettings own = said.over(settings.circuitBreaker());
        if (!own.enabled()) {
            return null;
        }
        return breakersOfNodes.computeIfAbsent(
                new NodeKey(graph, nodeName, node),
                key -> new AgentBreaker(agent, nameOf(graph, nodeName), settings.with(own), timeout, shared));
    }

    private String nameOf(String graph, String node) {
        return agent + " of " + graph + "/" + node;
    }

    private CallLimits limitsFor(String graph, String nodeName, NodeGuardSettings node) {
        if (node.bulkhead() == null && node.rateLimit() == null) {
            return limits;
        }
        return ofNodes.computeIfAbsent(
                new NodeKey(graph, nodeName, node),
                key -> new CallLimits(
                        nameOf(graph, nodeName),
                        node.bulkhead() == null ? settings.bulkhead() : node.bulkhead(),
                        node.rateLimit() == null ? settings.rateLimit() : node.rateLimit(),
                        shared.instruments()));
    }

    private record NodeKey(String graph, String node, NodeGuardSettings settings) {}

    /** Gives the call's place back when it has left, and tells the breaker how it went. */
    private record Placed(CallLimits limits, @Nullable Judge judge) implements Pass {
        @Override
        public void ended(AgentReply reply, long durationMillis) {
            if (judge != null) {
                judge.ended(reply, durationMillis);
            }
        }

        @Override
        public void abandoned() {
            if (judge != null) {
                judge.abandoned();
            }
        }

        @Override
        public boolean isProbe() {
            return judge != null && judge.isProbe();
        }

        @Override
        public void left() {
            limits.leave();
        }
    }

    /** A call that sees whether an agent that the system disabled is well again. */
    private final class Trial implements Judge {
        @Override
        public void ended(AgentReply reply, long durationMillis) {
            if (Verdict.isFailure(reply)) {
                return;
            }
            Thread.ofVirtual().name("postroad-enable-" + agent).start(() -> {
                try {
                    shared.rows().endTrial(agent);
                    shared.availability().refresh();
                } catch (JdbiException away) {
                    LOG.warn("agent {} is well again, and is enabled by its next probe: {}", agent, away.getMessage());
                }
            });
        }

        @Override
        public boolean isProbe() {
            return true;
        }

        @Override
        public void abandoned() {
            LOG.debug(
                    "a probe of agent {} was stopped; the next is due in {}",
                    agent,
                    settings.health().probeEvery());
        }
    }
}
