package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.Polling;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.agent.attempt.AgentAbsentException;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.RemoteClient;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.Thrown;
import dev.postroad.runtime.guard.Entry;
import dev.postroad.runtime.guard.Pass;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.limit.ClusterLimits;
import dev.postroad.runtime.logs.CallLog;
import dev.postroad.runtime.run.calls.AgentCaller.Answered;
import dev.postroad.runtime.run.calls.AgentCaller.Unavailability;
import dev.postroad.runtime.trace.CallTrace;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a task, on a virtual thread of its own: passes the guard, calls the agent, or the one that stands in for
 * it, and answers. Thread-safe.
 *
 * <p>It always ends in one answer, unless it is abandoned. Whatever breaks on its thread is answered there; where the
 * thread ended without an answer all the same, whoever looks over all attempts gives it.
 */
final class AgentAttempt {
    private static final Logger LOG = LoggerFactory.getLogger(AgentAttempt.class);
    private static final OnUnavailable WAIT = new OnUnavailable.Wait();
    private static final int MOST_FALLBACKS = 5;
    private static final String DEFECT = "agent-defect";

    /** Whoever waits for an agent that is not there is told when it comes; this is for what may be missed. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final RunKey run;
    private final long epoch;
    private final String graph;
    private final Effect.CallAgent call;
    private final AttemptServices services;
    private final CallLog log;
    private final Instant startedAt;
    private final AttemptAnswer answer;
    private final @Nullable AttemptTrace trace;
    private final Thread thread = Thread.ofVirtual().unstarted(this::logged);
    private volatile @Nullable Underway underway;
    private volatile AgentCaller.@Nullable Stop stoppedBy;

    /**
     * A call, and whose its answer is.
     *
     * @param calls null where it is not traced
     */
    private record Underway(
            CallUnderway call, ReadyAgent agent, @Nullable CallTrace calls) {}

    /**
     * @param epoch of the run's shard, in which the call was ordered
     * @param over told once the answer is given, or nobody waits for it
     */
    AgentAttempt(
            RunKey run,
            long epoch,
            String graph,
            Effect.CallAgent call,
            Answered taker,
            AttemptServices services,
            Consumer<AgentAttempt> over) {
        this.run = run;
        this.epoch = epoch;
        this.graph = graph;
        this.call = call;
        this.services = services;
        this.log = services.logs().of(run.id(), graph, call.node(), call.task(), call.attempt(), call.agent());
        this.trace = AttemptTrace.of(services.traces(), run, graph, call);
        this.startedAt = services.clock().instant();
        this.answer = new AttemptAnswer(taker, () -> over.accept(this));
    }

    void start() {
        try {
            thread.start();
        } catch (RuntimeException | Error noThread) {
            broke(noThread);
        }
    }

    /** Gives up where the agent took too long, and answers where nobody else will. */
    void lookOver(Instant now) {
        if (thread.getState() == Thread.State.TERMINATED && answer.isOpen()) {
            give(
                    AgentReply.permanent(DEFECT, "the worker broke at this call; its log may say why"),
                    RetryPolicy.DEFAULT);
            return;
        }
        Underway late = underway;
        if (late == null || !late.call.isLate(now) || !answer.isOpen()) {
            return;
        }
        if (answer.isSettled()) {
            giveUp(late);
        } else {
            // The one who looks over all calls must not wait for the output of one.
            Thread.ofVirtual().start(() -> giveUp(late));
        }
    }

    private void giveUp(Underway late) {
        try {
            judge(late, AgentReply.retryable(RunError.TIMEOUT, "no answer within " + late.call.allowed()));
        } finally {
            thread.interrupt();
        }
    }

    /** Stops; no answer comes. */
    void abandon(AgentCaller.Stop why) {
        stoppedBy = why;
        answer.withdraw();
        try {
            Underway stopped = underway;
            if (stopped != null) {
                stopped.call.stopped();
            }
        } finally {
            thread.interrupt();
        }
    }

    /** Has a call that has begun answered to somebody else; one that has not is abandoned. */
    boolean leaveTo(Answered other) {
        if (underway != null && answer.leaveTo(other)) {
            return true;
        }
        abandon(AgentCaller.Stop.LEFT_BEHIND);
        return false;
    }

    private void logged() {
        log.during(this::run);
    }

    private void run() {
        try {
            answerOrWait();
        } catch (InterruptedException stopped) {
            give(interrupted(), RetryPolicy.DEFAULT);
        } catch (Throwable defect) {
            broke(defect);
        }
    }

    private void broke(Throwable defect) {
        try {
            LOG.error("a call of node {} of run {} broke", call.node(), run.id(), defect);
            log.error("the worker broke at this call: " + Thrown.text(defect));
        } finally {
            give(AgentReply.permanent(DEFECT, Thrown.text(defect)), RetryPolicy.DEFAULT);
        }
    }

    private static AgentReply interrupted() {
        return AgentReply.retryable("interrupted", "the call was interrupted");
    }

    private void answerOrWait() throws InterruptedException {
        Duration timeToLive = call.cache();
        if (timeToLive == null) {
            callSomeAgent(reply -> {});
            return;
        }
        byte[] equal = CachedResults.key(graph, call.node(), call.agent(), call.input());
        Optional<AgentReply.Completed> found = services.cached().find(equal);
        if (found.isPresent()) {
            give(found.get(), RetryPolicy.DEFAULT);
            return;
        }
        callSomeAgent(reply -> {
            // What a person's answer went into is no answer for others.
            if (reply instanceof AgentReply.Completed completed
                    && call.answers().isEmpty()) {
                services.cached().keep(equal, completed, timeToLive);
            }
        });
    }

    /** Calls the agent, or the one that stands in for it, or says why none can be called. */
    private void callSomeAgent(Consumer<AgentReply> replied) throws InterruptedException {
        if (isBeyondBudget()) {
            return;
        }
        ReadyAgent agent = services.directory().agent(call.agent()).orElse(null);
        Entry.Unavailable missed = enter(call.agent(), agent, replied);
        if (missed != null) {
            standIn(choice(call.guard().onUnavailable(), agent), missed, replied);
        }
    }

    /** Whether the call is not to begin, as what its run shares with others is spent; it is told then. */
    private boolean isBeyondBudget() throws InterruptedException {
        BudgetExceeded exceeded =
                call.budget() == null ? null : services.budgets().exceeded(call.budget());
        if (exceeded == null) {
            return false;
        }
        log.warn(exceeded.reason());
        answer.giveOverBudget(exceeded);
        return exceeded.onExceeded() != OnExceeded.WARN;
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
            ReadyAgent agent = services.directory().agent(next).orElse(null);
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
        return new Entry.Unavailable(reason, services.clock().instant().plus(LOOK_AGAIN));
    }

    /** Null where the attempt is answered. */
    private Entry.@Nullable Unavailable enter(String name, @Nullable ReadyAgent agent, Consumer<AgentReply> replied)
            throws InterruptedException {
        if (agent == null) {
            return absent(services.directory().absence(name));
        }
        switch (services.guards().enter(name, agent.guard(), timeout(agent), graph, call.node(), call.guard())) {
            case Entry.Entered(Pass pass) -> {
                try {
                    Pass whole = withinLimits(name, agent, pass);
                    if (whole != null) {
                        begin(name, agent, whole, replied);
                    }
                    return null;
                } catch (AgentAbsentException absent) {
                    return absent(OnUnavailable.UNUSABLE + ": " + absent.getMessage());
                }
            }
            case Entry.Busy(String type, String message) -> {
                give(AgentReply.retryable(type, "agent " + name + " " + message), agent.policy());
                return null;
            }
            case Entry.Unavailable unavailable -> {
                return unavailable;
            }
        }
    }

    /** The pass of a call that may begin; null for one that is to come again, which is answered so. */
    private @Nullable Pass withinLimits(String name, ReadyAgent agent, Pass pass) throws InterruptedException {
        boolean entered = false;
        try {
            ClusterLimits.Admission admission =
                    services.limits().enter(name, agent.guard(), call.input(), run.id(), graph);
            entered = admission instanceof ClusterLimits.Admitted;
            return switch (admission) {
                case ClusterLimits.Admitted(ClusterLimits.Place place) ->
                    place == null ? pass : new LimitedPass(pass, place);
                case ClusterLimits.Full(String reason, Instant until) -> {
                    unavailable(new Unavailability(name, "agent " + name + " is not called: " + reason, until, false));
                    yield null;
                }
            };
        } finally {
            if (!entered) {
                pass.abandoned();
                pass.left();
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

    private void begin(String name, ReadyAgent agent, Pass pass, Consumer<AgentReply> replied)
            throws InterruptedException {
        if (agent.client() instanceof RemoteClient remote) {
            dispatch(name, agent, remote, pass, replied);
        } else {
            if (call(name, agent, pass, replied) instanceof Standing.Over(AgentReply reply)) {
                replied.accept(reply);
            }
        }
    }

    private Standing call(String name, ReadyAgent agent, Pass pass, Consumer<AgentReply> replied)
            throws InterruptedException {
        awaitGate(pass);
        Instant begunAt = services.clock().instant();
        CallUnderway begun = new CallUnderway(name, pass, begunAt, begunAt.plus(timeout(agent)));
        try {
            Standing standing =
                    called(new Underway(begun, agent, trace == null ? null : trace.begin(services.clock())));
            if (standing instanceof Standing.Working(String handle, Duration every)) {
                Command.Dispatched sent = new Command.Dispatched(
                        call.task(), call.attempt(), name, begun.deadline(), null, new Polling(handle, every));
                if (begun.claim()) {
                    sent(sent, pass, replied);
                } else {
                    services.remote().recall(run, sent.recall());
                }
            }
            return standing;
        } finally {
            begun.left();
        }
    }

    /** Sends the attempt to an agent whose answer comes by itself; the thread is free then. */
    private void dispatch(String name, ReadyAgent agent, RemoteClient remote, Pass pass, Consumer<AgentReply> replied)
            throws InterruptedException {
        awaitGate(pass);
        Instant begunAt = services.clock().instant();
        CallUnderway sending = new CallUnderway(name, pass, begunAt, begunAt.plus(timeout(agent)));
        Underway begun = new Underway(sending, agent, trace == null ? null : trace.begin(services.clock()));
        underway = begun;
        try {
            if (!answer.isOpen()) {
                throw new InterruptedException("stopped before it was sent");
            }
            services.remote().sends(run.id(), call.task(), call.attempt());
            AgentReply refused = remote.send(agentCall(sending.deadline()), call.doubtful());
            if (refused != null) {
                judge(begun, refused);
            } else if (sending.claim()) {
                Duration heartbeat = remote.heartbeat();
                sent(
                        new Command.Dispatched(call.task(), call.attempt(), name, sending.deadline(), heartbeat, null),
                        pass,
                        replied);
            }
        } catch (InterruptedException stopped) {
            remote.recall(run.id(), call.task(), call.attempt());
            throw stopped;
        } catch (RuntimeException defect) {
            judge(begun, AgentReply.permanent(DEFECT, Thrown.text(defect)));
            throw defect;
        } finally {
            underway = null;
            sending.left();
        }
    }

    private void sent(Command.Dispatched sent, Pass pass, Consumer<AgentReply> replied) {
        if (call.cache() == null && !pass.isProbe()) {
            pass.abandoned();
        } else {
            services.remote().remember(run.id(), call.task(), call.attempt(), pass, replied);
        }
        if (!answer.giveDispatched(sent)) {
            services.remote().recall(run, sent.recall());
        }
    }

    /** Of a call that is not to begin there is no answer: whoever has its shard now makes it. */
    private void awaitGate(Pass pass) throws InterruptedException {
        try {
            if (!services.gate().opensFor(run.shard(), epoch)) {
                answer.withdraw();
                LOG.debug("the call of node {} of run {} is left to whoever has its shard now", call.node(), run.id());
                throw new InterruptedException("its run is stepped elsewhere by now");
            }
        } catch (InterruptedException stopped) {
            pass.abandoned();
            pass.left();
            throw stopped;
        }
    }

    private Standing called(Underway begun) throws InterruptedException {
        underway = begun;
        try {
            if (!answer.isOpen()) {
                throw new InterruptedException("stopped before it began");
            }
            return judged(begun);
        } finally {
            underway = null;
        }
    }

    private Standing judged(Underway begun) throws InterruptedException {
        try {
            Standing standing = standing(begun);
            // An agent may leave its thread interrupted, which would stop what the worker does next on it.
            boolean _ = Thread.interrupted();
            if (standing instanceof Standing.Over(AgentReply reply)) {
                judge(begun, reply);
            }
            return standing;
        } catch (AgentAbsentException absent) {
            throw absent;
        } catch (InterruptedException stopped) {
            if (answer.isOpen()) {
                judge(begun, interrupted());
            }
            throw stopped;
        } catch (Throwable defect) {
            judge(begun, AgentReply.permanent(DEFECT, Thrown.text(defect)));
            throw defect;
        } finally {
            traceIfStopped(begun);
        }
    }

    /** Once it has left, so that what it called in its turn is known. */
    private void traceIfStopped(Underway begun) {
        AgentCaller.Stop why = stoppedBy;
        if (trace != null && begun.calls != null && why != null && begun.call.isStopped()) {
            trace.stopped(
                    begun.call,
                    begun.agent.kind(),
                    begun.calls,
                    why,
                    services.clock().instant());
        }
    }

    private Standing standing(Underway begun) throws InterruptedException {
        AgentClient client = begun.agent.client();
        AgentCall asked = agentCall(begun.call.deadline());
        CallTrace calls = begun.calls;
        return calls == null
                ? client.begin(asked, call.doubtful())
                : calls.during(() -> client.begin(asked, call.doubtful()));
    }

    private String traceParent() {
        return services.traces().isOn()
                ? TraceParents.of(run, call.task(), call.attempt(), trace != null)
                : TraceParents.of(run, call.task(), call.attempt());
    }

    private AgentCall agentCall(Instant deadline) {
        return new AgentCall(
                run.id(),
                graph,
                call.node(),
                call.task(),
                call.attempt(),
                call.input(),
                deadline,
                traceParent(),
                call.answers(),
                answer.show(services.output().open(run.id(), graph, call.node(), call.task(), call.attempt())),
                log);
    }

    /** The first judgement counts: the agent's own, or that its time is over. */
    private void judge(Underway begun, AgentReply reply) {
        CallUnderway judged = begun.call;
        if (!judged.claim()) {
            return;
        }
        Instant now = services.clock().instant();
        long millis = judged.millisUntil(now);
        if (trace != null && begun.calls != null) {
            trace.ended(judged, begun.agent.kind(), begun.calls, reply, now);
        }
        try {
            judged.ended(reply, millis);
        } finally {
            try {
                observe(judged.agent(), reply, millis);
            } finally {
                answer.give(reply, begun.agent.policy(), millis);
            }
        }
    }

    private void observe(String agent, AgentReply reply, long millis) {
        AttemptTrace.measure(trace, () -> services.observer().observed(agent, graph, reply, millis, true));
        if (reply instanceof AgentReply.Faulted failed) {
            log.warn("the call of agent " + agent + " failed after " + millis + " ms: " + failed.type() + ": "
                    + failed.message());
        }
    }

    /** For what no agent answered. */
    private void give(AgentReply reply, RetryPolicy policy) {
        answer.give(
                reply,
                policy,
                Duration.between(startedAt, services.clock().instant()).toMillis());
    }

    private void unavailable(Unavailability why) {
        if (answer.isOpen()) {
            log.info(why.reason()
                    + (why.fails()
                            ? "; the node fails"
                            : "; the node waits until then, " + why.until() + " at the latest"));
        }
        answer.giveUnavailable(why);
    }
}
