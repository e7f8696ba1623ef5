package dev.postroad.runtime.run;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.agent.AgentAbsentException;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.guard.Entry;
import dev.postroad.runtime.guard.Guards;
import dev.postroad.runtime.guard.Pass;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.logs.CallLog;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.publish.AttemptOutput;
import dev.postroad.runtime.run.AgentCaller.Answered;
import dev.postroad.runtime.run.AgentCaller.Unavailability;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a task, on a virtual thread of its own: passes the guard, calls the agent, or the one that stands in for
 * it, and answers. The first answer counts, whoever gives it. Thread-safe.
 */
final class AgentAttempt {
    private static final Logger LOG = LoggerFactory.getLogger(AgentAttempt.class);
    private static final OnUnavailable WAIT = new OnUnavailable.Wait();
    private static final int MOST_FALLBACKS = 5;

    /** Kafka takes milliseconds; where it is away, a run goes on without what its agent showed. */
    private static final Duration MOST_WAIT_FOR_OUTPUT = Duration.ofSeconds(1);

    /** Whoever waits for an agent that is not there is told when it comes; this is for what may be missed. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final RunKey run;
    private final String graph;
    private final Effect.CallAgent call;
    private final Services services;
    private final Consumer<AgentAttempt> over;
    private final CallLog log;
    private final Instant startedAt;
    private final AtomicReference<@Nullable Answered> answered;
    private final AtomicReference<@Nullable Underway> underway = new AtomicReference<>();
    private final Thread thread = Thread.ofVirtual().unstarted(this::logged);
    /** Null until the agent is called: most that is refused or served from the cache shows nothing. */
    private volatile @Nullable AttemptOutput output;

    /** What all attempts call on. */
    record Services(
            ReadyAgent.Directory directory,
            Guards guards,
            OutputChunks output,
            RunLogs logs,
            CachedResults cached,
            CallObserver observer,
            InstantSource clock) {}

    /** A call that nobody has judged yet. */
    private record Underway(String name, ReadyAgent agent, Pass pass, Instant begunAt, Instant deadline) {}

    /** @param over told when the attempt is over; may be told again */
    AgentAttempt(
            RunKey run,
            String graph,
            Effect.CallAgent call,
            Answered answered,
            Services services,
            Consumer<AgentAttempt> over) {
        this.run = run;
        this.graph = graph;
        this.call = call;
        this.services = services;
        this.over = over;
        this.log = services.logs.of(run.id(), graph, call.node(), call.task(), call.attempt(), call.agent());
        this.startedAt = services.clock.instant();
        this.answered = new AtomicReference<>(answered);
    }

    void start() {
        thread.start();
    }

    /** Gives up where the agent took too long. */
    void giveUpIfLate(Instant now) {
        Underway late = underway.get();
        if (late != null && now.isAfter(late.deadline)) {
            Duration allowed = Duration.between(late.begunAt, late.deadline);
            AgentReply tooLate = AgentReply.retryable(RunError.TIMEOUT, "no answer within " + allowed);
            if (isSettled()) {
                judge(late, tooLate);
                thread.interrupt();
                return;
            }
            // The one who looks over all calls must not wait for the output of one.
            Thread.ofVirtual().start(() -> {
                judge(late, tooLate);
                thread.interrupt();
            });
        }
    }

    /** Stops; no answer comes. */
    void abandon() {
        answered.set(null);
        closeOutput();
        over.accept(this);
        Underway stopped = underway.getAndSet(null);
        if (stopped != null) {
            stopped.pass.abandoned();
        }
        thread.interrupt();
    }

    private void logged() {
        log.during(this::run);
    }

    private void run() {
        try {
            answerOrWait();
        } catch (InterruptedException stopped) {
            answer(AgentReply.retryable("interrupted", "the call was interrupted"), RetryPolicy.DEFAULT);
        } catch (RuntimeException | LinkageError defect) {
            LOG.error("a call of node {} of run {} broke", call.node(), run.id(), defect);
            log.error("the worker broke at this call: " + defect);
            answer(AgentReply.permanent("agent-defect", String.valueOf(defect)), RetryPolicy.DEFAULT);
        } finally {
            over.accept(this);
        }
    }

    private void answerOrWait() throws InterruptedException {
        Duration timeToLive = call.cache();
        if (timeToLive == null) {
            callSomeAgent(reply -> {});
            return;
        }
        byte[] equal = CachedResults.key(graph, call.node(), call.agent(), call.input());
        Optional<AgentReply.Completed> found = services.cached.find(equal);
        if (found.isPresent()) {
            answer(found.get(), RetryPolicy.DEFAULT);
            return;
        }
        callSomeAgent(reply -> {
            // What a person's answer went into is no answer for others.
            if (reply instanceof AgentReply.Completed completed
                    && call.answers().isEmpty()) {
                services.cached.keep(equal, completed, timeToLive);
            }
        });
    }

    /** Calls the agent, or the one that stands in for it, or says why none can be called. */
    private void callSomeAgent(Consumer<AgentReply> replied) throws InterruptedException {
        ReadyAgent agent = services.directory.agent(call.agent()).orElse(null);
        Entry.Unavailable missed = enter(call.agent(), agent, replied);
        if (missed != null) {
            standIn(choice(call.guard().onUnavailable(), agent), missed, replied);
        }
    }

    /** What becomes of the attempt now that its agent cannot be called. */
    private void standIn(OnUnavailable first, Entry.Unavailable firstMissed, Consumer<AgentReply> replied)
            throws InterruptedException {
        Set<String> tried = new LinkedHashSet<>(Set.of(call.agent()));
        String name = call.agent();
        OnUnavailable choice = first;
        Entry.Unavailable missed = firstMissed;
        while (choice instanceof OnUnavailable.Fallback(String next) && mayTry(next, tried)) {
            tried.add(next);
            name = next;
            ReadyAgent agent = services.directory.agent(next).orElse(null);
            Entry.Unavailable alsoMissed = enter(next, agent, replied);
            if (alsoMissed == null) {
                return;
            }
            missed = alsoMissed;
            choice = choice(null, agent);
        }
        boolean fails = choice instanceof OnUnavailable.Fail;
        unavailable(new Unavailability(call.agent(), described(name, tried, missed.reason()), missed.until(), fails));
    }

    private Entry.Unavailable absent(String reason) {
        return new Entry.Unavailable(reason, services.clock.instant().plus(LOOK_AGAIN));
    }

    /** Null where the attempt is answered. */
    private Entry.@Nullable Unavailable enter(String name, @Nullable ReadyAgent agent, Consumer<AgentReply> replied)
            throws InterruptedException {
        if (agent == null) {
            return absent("there is no such agent; publish it");
        }
        switch (services.guards.enter(name, agent.guard(), timeout(agent), graph, call.node(), call.guard())) {
            case Entry.Entered(Pass pass) -> {
                try {
                    replied.accept(call(name, agent, pass));
                    return null;
                } catch (AgentAbsentException absent) {
                    return absent(String.valueOf(absent.getMessage()));
                }
            }
            case Entry.Busy(String type, String message) -> {
                answer(AgentReply.retryable(type, "agent " + name + " " + message), agent.policy());
                return null;
            }
            case Entry.Unavailable unavailable -> {
                return unavailable;
            }
        }
    }

    private static OnUnavailable choice(@Nullable OnUnavailable ofNode, @Nullable ReadyAgent agent) {
        OnUnavailable choice =
                ofNode != null || agent == null ? ofNode : agent.guard().onUnavailable();
        return choice == null ? WAIT : choice;
    }

    /** Agents that stand in for each other are tried once each. */
    private static boolean mayTry(String next, Set<String> tried) {
        return !tried.contains(next) && tried.size() <= MOST_FALLBACKS;
    }

    private String described(String name, Set<String> tried, String reason) {
        String which = tried.size() == 1 ? "" : ", which stands in for " + call.agent() + ",";
        return "agent " + name + which + " cannot be called: " + reason;
    }

    private Duration timeout(ReadyAgent agent) {
        Duration ofNode = call.timeout();
        return ofNode == null ? agent.timeout() : ofNode;
    }

    private AgentReply call(String name, ReadyAgent agent, Pass pass) throws InterruptedException {
        Instant begunAt = services.clock.instant();
        Underway begun = new Underway(name, agent, pass, begunAt, begunAt.plus(timeout(agent)));
        underway.set(begun);
        try {
            if (answered.get() == null) {
                throw new InterruptedException("stopped before it began");
            }
            AgentReply reply = agent.client().call(agentCall(begun.deadline));
            judge(begun, reply);
            return reply;
        } catch (AgentAbsentException absent) {
            throw absent;
        } catch (RuntimeException | LinkageError defect) {
            judge(begun, AgentReply.permanent("agent-defect", String.valueOf(defect)));
            throw defect;
        } finally {
            if (underway.compareAndSet(begun, null)) {
                pass.abandoned();
            }
            pass.left();
        }
    }

    private AgentCall agentCall(Instant deadline) {
        AttemptOutput shown = services.output.open(run.id(), graph, call);
        output = shown;
        if (answered.get() == null) {
            shown.close();
        }
        return new AgentCall(
                run.id(),
                graph,
                call.node(),
                call.task(),
                call.attempt(),
                call.input(),
                deadline,
                TraceParents.of(run, call),
                call.answers(),
                shown,
                log);
    }

    private boolean isSettled() {
        AttemptOutput shown = closeOutput();
        return shown == null || shown.isSettled();
    }

    /** An agent that does not heed its interruption shows nothing more all the same. */
    private @Nullable AttemptOutput closeOutput() {
        AttemptOutput shown = output;
        if (shown != null) {
            shown.close();
        }
        return shown;
    }

    /** So that what an attempt showed is there before anybody learns of its end, and readers can tell the order. */
    private void settleOutput() {
        AttemptOutput shown = closeOutput();
        if (shown != null) {
            shown.awaitSettled(MOST_WAIT_FOR_OUTPUT);
        }
    }

    /** The first judgement counts: the agent's own, or that its time is over. */
    private void judge(Underway begun, AgentReply reply) {
        if (underway.compareAndSet(begun, null)) {
            long millis =
                    Duration.between(begun.begunAt, services.clock.instant()).toMillis();
            begun.pass.ended(reply, millis);
            services.observer.observed(begun.name, graph, reply, millis, true);
            if (reply instanceof AgentReply.Faulted failed) {
                log.warn("the call of agent " + begun.name + " failed after " + millis + " ms: " + failed.type() + ": "
                        + failed.message());
            }
            answer(reply, begun.agent.policy(), millis);
        }
    }

    /** For what no agent answered. */
    private void answer(AgentReply reply, RetryPolicy policy) {
        answer(
                reply,
                policy,
                Duration.between(startedAt, services.clock.instant()).toMillis());
    }

    /** @param millis as it is told to the journal; of a call, the same that the figures of its agent count */
    private void answer(AgentReply reply, RetryPolicy policy, long millis) {
        settleOutput();
        Answered first = answered.getAndSet(null);
        if (first != null) {
            over.accept(this);
            first.answered(reply, policy, millis);
        }
    }

    private void unavailable(Unavailability why) {
        Answered first = answered.getAndSet(null);
        if (first != null) {
            over.accept(this);
            log.info(why.reason()
                    + (why.fails()
                            ? "; the node fails"
                            : "; the node waits until then, " + why.until() + " at the latest"));
            first.unavailable(why);
        }
    }
}
