package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.runtime.agent.attempt.AgentAbsentException;
import dev.postroad.runtime.guard.Entry;
import dev.postroad.runtime.guard.Pass;
import dev.postroad.runtime.limit.ClusterLimits;
import dev.postroad.runtime.run.calls.AgentCaller.Unavailability;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds who takes an attempt: the agent that its node names, or one that stands in for it; lets it pass the guard and the
 * limits, or says why none can be called. Of one thread.
 */
final class AttemptEntry {
    private static final OnUnavailable WAIT = new OnUnavailable.Wait();
    private static final int MOST_FALLBACKS = 5;

    /** Whoever waits for an agent that is not there is told when it comes; this is for what may be missed. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final TaskAttempt attempt;
    private final Effect.CallAgent call;
    private final AttemptServices services;
    private final AttemptCall calling;

    /** @param calling makes the call that may begin */
    AttemptEntry(TaskAttempt attempt, AttemptCall calling) {
        this.attempt = attempt;
        this.call = attempt.call();
        this.services = attempt.services();
        this.calling = calling;
    }

    /** Calls the agent, or the one that stands in for it, or says why none can be called. */
    void callSomeAgent(Consumer<AgentReply> replied) throws InterruptedException {
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
        attempt.log().warn(exceeded.reason());
        attempt.answer().giveOverBudget(exceeded);
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
        attempt.giveUnavailable(
                new Unavailability(call.agent(), described(name, tried, missed.reason()), missed.until(), fails));
    }

    private Entry.Unavailable absent(String reason) {
        return new Entry.Unavailable(reason, attempt.now().plus(LOOK_AGAIN));
    }

    /** Null where the attempt is answered. */
    private Entry.@Nullable Unavailable enter(String name, @Nullable ReadyAgent agent, Consumer<AgentReply> replied)
            throws InterruptedException {
        if (agent == null) {
            return absent(services.directory().absence(name));
        }
        switch (services.guards()
                .enter(name, agent.guard(), agent.timeoutOf(call), attempt.graph(), call.node(), call.guard())) {
            case Entry.Entered(Pass pass) -> {
                try {
                    Pass whole = withinLimits(name, agent, pass);
                    if (whole != null) {
                        calling.begin(name, agent, whole, replied);
                    }
                    return null;
                } catch (AgentAbsentException absent) {
                    return absent(OnUnavailable.UNUSABLE + ": " + absent.getMessage());
                }
            }
            case Entry.Busy(String type, String message) -> {
                attempt.give(AgentReply.retryable(type, "agent " + name + " " + message), agent.policy());
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
            ClusterLimits.Admission admission = services.limits()
                    .enter(name, agent.guard(), call.input(), attempt.run().id(), attempt.graph());
            entered = admission instanceof ClusterLimits.Admitted;
            return switch (admission) {
                case ClusterLimits.Admitted(ClusterLimits.Place place) ->
                    place == null ? pass : new LimitedPass(pass, place);
                case ClusterLimits.Full(String reason, Instant until) -> {
                    attempt.giveUnavailable(
                            new Unavailability(name, "agent " + name + " is not called: " + reason, until, false));
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
}
