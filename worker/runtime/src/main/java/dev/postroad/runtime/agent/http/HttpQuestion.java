package dev.postroad.runtime.agent.http;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.CallBody;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ServerAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks an agent what came of a call in doubt, as often as it says that the work is under way, until the attempt's time is
 * over. Where that cannot be told the attempt fails, and may be tried again, whatever the reason: an agent that has said
 * nothing is not called on the off-chance. Thread-safe; waits on the calling thread, as the call itself does.
 *
 * @param url who is asked
 * @param policy says how long to wait between two questions
 */
record HttpQuestion(
        HttpSettings settings,
        URI url,
        int maxAnswerBytes,
        AttemptSender sender,
        RemoteFaults faults,
        RetryPolicy policy) {
    /** However short the backoff is that the author of the agent wants. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

    /**
     * What came of the work.
     *
     * @param doubtful the attempt in doubt
     * @return null where the agent is to be called: nothing was done, or an earlier attempt failed and this one is the next
     * @throws InterruptedException where the attempt was cancelled or ran out of time
     */
    @Nullable
    AgentReply ask(AgentCall call, int doubtful) throws InterruptedException {
        int asked = 0;
        while (true) {
            asked++;
            switch (verdict(call, doubtful)) {
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

    private HttpVerdict verdict(AgentCall call, int doubtful) throws InterruptedException {
        try {
            ServerAnswer response =
                    sender.send(settings.post(url, call, CallBody.inDoubt(call, doubtful), "application/json"), call);
            try (InputStream body = sender.body(response, call)) {
                return response.isFine()
                        ? read(response, body, call)
                        : new HttpVerdict.Unknown(faults.status(response));
            }
        } catch (IOException broken) {
            AttemptSender.throwIfInterrupted(broken);
            return new HttpVerdict.Unknown(faults.connection(url, broken));
        }
    }

    private HttpVerdict read(ServerAnswer response, InputStream body, AgentCall call) throws IOException {
        byte[] bytes = body.readNBytes(maxAnswerBytes + 1);
        return bytes.length > maxAnswerBytes
                ? new HttpVerdict.Unknown(faults.tooLarge(maxAnswerBytes))
                : HttpVerdict.read(bytes, call, new HttpAnswer(faults), faults.retryAfter(response));
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
