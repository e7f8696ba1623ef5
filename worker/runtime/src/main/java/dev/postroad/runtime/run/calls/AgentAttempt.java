package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.agent.attempt.Thrown;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller.Answered;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
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

    private final TaskAttempt attempt;
    private final Effect.CallAgent call;
    private final AttemptAnswer answer;
    private final AttemptCall calling;
    private final Thread thread = Thread.ofVirtual().unstarted(this::logged);

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
        this.call = call;
        this.answer = new AttemptAnswer(taker, () -> over.accept(this));
        this.attempt = TaskAttempt.of(run, epoch, graph, call, services, answer);
        this.calling = new AttemptCall(attempt);
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
            attempt.give(
                    AgentReply.permanent(TaskAttempt.DEFECT, "the worker broke at this call; its log may say why"),
                    RetryPolicy.DEFAULT);
            return;
        }
        AttemptCall.Underway late = calling.late(now);
        if (late == null || !answer.isOpen()) {
            return;
        }
        if (answer.isSettled()) {
            giveUp(late);
        } else {
            // The one who looks over all calls must not wait for the output of one.
            Thread.ofVirtual().start(() -> giveUp(late));
        }
    }

    private void giveUp(AttemptCall.Underway late) {
        try {
            calling.giveUp(late);
        } finally {
            thread.interrupt();
        }
    }

    /** Stops; no answer comes. */
    void abandon(AgentCaller.Stop why) {
        answer.withdraw();
        try {
            calling.stop(why);
        } finally {
            thread.interrupt();
        }
    }

    /** Has a call that has begun answered to somebody else; one that has not is abandoned. */
    boolean leaveTo(Answered other) {
        if (calling.isUnderWay() && answer.leaveTo(other)) {
            return true;
        }
        abandon(AgentCaller.Stop.LEFT_BEHIND);
        return false;
    }

    private void logged() {
        attempt.log().during(this::run);
    }

    private void run() {
        try {
            answerOrWait();
        } catch (InterruptedException stopped) {
            attempt.give(TaskAttempt.interrupted(), RetryPolicy.DEFAULT);
        } catch (Throwable defect) {
            broke(defect);
        }
    }

    private void broke(Throwable defect) {
        try {
            LOG.error(
                    "a call of node {} of run {} broke",
                    call.node(),
                    attempt.run().id(),
                    defect);
            attempt.log().error("the worker broke at this call: " + Thrown.text(defect));
        } finally {
            attempt.give(AgentReply.permanent(TaskAttempt.DEFECT, Thrown.text(defect)), RetryPolicy.DEFAULT);
        }
    }

    private void answerOrWait() throws InterruptedException {
        AttemptEntry entry = new AttemptEntry(attempt, calling);
        Duration timeToLive = call.cache();
        if (timeToLive == null) {
            entry.callSomeAgent(reply -> {});
            return;
        }
        CachedResults cached = attempt.services().cached();
        byte[] equal = CachedResults.key(attempt.graph(), call.node(), call.agent(), call.input());
        Optional<AgentReply.Completed> found = cached.find(equal);
        if (found.isPresent()) {
            attempt.give(found.get(), RetryPolicy.DEFAULT);
            return;
        }
        entry.callSomeAgent(reply -> {
            // What a person's answer went into is no answer for others.
            if (reply instanceof AgentReply.Completed completed
                    && call.answers().isEmpty()) {
                cached.keep(equal, completed, timeToLive);
            }
        });
    }
}
