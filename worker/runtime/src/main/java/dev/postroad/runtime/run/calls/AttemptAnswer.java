package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.publish.AttemptOutput;
import dev.postroad.runtime.run.calls.AgentCaller.Answered;
import dev.postroad.runtime.run.calls.AgentCaller.Unavailability;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one answer of an attempt: the first that is given counts, whoever gives it, and what the attempt shows ends before
 * it. It stays open until its taker has it, whatever breaks on the way. Thread-safe.
 */
final class AttemptAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptAnswer.class);

    /** Kafka takes milliseconds; where it is away, a run goes on without what its agent showed. */
    private static final Duration MOST_WAIT_FOR_OUTPUT = Duration.ofSeconds(1);

    private final AtomicReference<@Nullable Answered> taker;
    private final Runnable over;
    /** Null until the agent is called: most that is refused or served from the cache shows nothing. */
    private volatile @Nullable AttemptOutput output;

    /** @param over told when nobody waits for the answer any more */
    AttemptAnswer(Answered taker, Runnable over) {
        this.taker = new AtomicReference<>(taker);
        this.over = over;
    }

    /** Whether it is still to be given. */
    boolean isOpen() {
        return taker.get() != null;
    }

    /** What the attempt shows from now on. */
    AttemptOutput show(AttemptOutput shown) {
        output = shown;
        if (!isOpen()) {
            shown.close();
        }
        return shown;
    }

    /** Has it given to somebody else; false where it was given before. */
    boolean leaveTo(Answered other) {
        Answered first = taker.get();
        return first != null && taker.compareAndSet(first, other);
    }

    /** Takes nothing more to be shown, and says whether all that was has arrived. */
    boolean isSettled() {
        AttemptOutput shown = closeOutput();
        return shown == null || shown.isSettled();
    }

    /** Nobody wants it any more. */
    void withdraw() {
        taker.set(null);
        closeOutput();
        over.run();
    }

    void give(AgentReply reply, RetryPolicy policy, long millis) {
        settleOutput();
        tell(first -> first.answered(reply, policy, millis));
    }

    /** Says whether somebody waits for it. */
    boolean giveDispatched(Command.Dispatched sent) {
        AtomicBoolean isAwaited = new AtomicBoolean();
        tell(first -> isAwaited.set(first.dispatched(sent)));
        return isAwaited.get();
    }

    void giveUnavailable(Unavailability why) {
        tell(first -> first.unavailable(why));
    }

    /** Beside the answer where that is to be told alone; else it is the answer. */
    void giveOverBudget(BudgetExceeded exceeded) {
        if (exceeded.onExceeded() != OnExceeded.WARN) {
            tell(first -> first.overBudget(exceeded));
            return;
        }
        Answered first = taker.get();
        if (first != null) {
            first.overBudget(exceeded);
        }
    }

    private void tell(Consumer<Answered> answer) {
        Answered first = taker.getAndSet(null);
        if (first == null) {
            return;
        }
        boolean told = false;
        try {
            answer.accept(first);
            told = true;
        } finally {
            if (told) {
                over.run();
            } else {
                taker.compareAndSet(null, first);
            }
        }
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
        try {
            AttemptOutput shown = closeOutput();
            if (shown != null) {
                shown.awaitSettled(MOST_WAIT_FOR_OUTPUT);
            }
        } catch (RuntimeException | Error broken) {
            LOG.error("the output of an attempt did not end well; its answer goes on", broken);
        }
    }
}
