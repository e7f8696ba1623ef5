package dev.postroad.runtime.agent.http;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks an agent what came of a call in doubt, as often as it says that the work is under way, until the attempt's time is
 * over. Where that cannot be told the attempt fails, and may be tried again, whatever the reason: an agent that has said
 * nothing is not called on the off-chance. Thread-safe; waits on the calling thread, as the call itself does.
 *
 * @param policy says how long to wait between two questions
 */
public record Question(Asked agent, RemoteFaults faults, RetryPolicy policy) {
    /** Who is asked. */
    public interface Asked {
        /**
         * What it says.
         *
         * @throws InterruptedException where the attempt was cancelled or ran out of time
         */
        HttpVerdict verdict(AgentCall call, int doubtful) throws InterruptedException;
    }

    /** However short the backoff is that the author of the agent wants. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

    /**
     * What came of the work.
     *
     * @param doubtful the attempt in doubt
     * @return null where the agent is to be called: nothing was done, or an earlier attempt failed and this one is the next
     * @throws InterruptedException where the attempt was cancelled or ran out of time
     */
    public @Nullable AgentReply ask(AgentCall call, int doubtful) throws InterruptedException {
        int asked = 0;
        while (true) {
            asked++;
            switch (agent.verdict(call, doubtful)) {
                case HttpVerdict.NotDone _ -> {
                    return null;
                }
                case HttpVerdict.Over(AgentReply reply) -> {
                    boolean isItsTurn = reply instanceof Faulted failed && failed.retryable();
                    return isItsTurn && doubtful < call.attempt() ? null : reply;
                }
                case HttpVerdict.Unknown(Faulted why) -> {
                    return unknown(why, doubtful);
                }
                case HttpVerdict.UnderWay(Duration pause) -> {
                    if (asked == 1) {
                        call.log().info("attempt " + doubtful + " is under way at its agent, which is asked again");
                    }
                    if (!awaits(call, pause(asked, pause))) {
                        return late(doubtful, asked);
                    }
                }
            }
        }
    }

    private Duration pause(int asked, @Nullable Duration wanted) {
        Duration pause =
                policy.delayAfter(asked, wanted, ThreadLocalRandom.current().nextDouble());
        return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }

    /** False where the attempt's time is over before. */
    private boolean awaits(AgentCall call, Duration pause) throws InterruptedException {
        Duration left = Duration.between(faults.clock().instant(), call.deadline());
        boolean isInTime = pause.compareTo(left) < 0;
        Thread.sleep(isInTime ? pause : left);
        return isInTime;
    }

    private Faulted unknown(Faulted why, int doubtful) {
        String message = "asked what came of attempt " + doubtful + ": " + why.message();
        return new Faulted(why.type(), faults.excerpt().of(message), true, why.retryAfter());
    }

    private static Faulted late(int doubtful, int asked) {
        return new Faulted(
                ErrorTypes.TIMEOUT,
                "attempt " + doubtful + " is still under way at its agent, which was asked " + asked + " times",
                true,
                null);
    }
}
