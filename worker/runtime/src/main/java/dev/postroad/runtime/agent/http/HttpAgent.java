package dev.postroad.runtime.agent.http;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.CallBody;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.HungUpException;
import dev.postroad.runtime.agent.attempt.Post;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ServerAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Calls a service that takes a POST. Thread-safe. */
public final class HttpAgent implements AgentClient {
    /** A request that has a server hang up must not go to each of its connections that rest; those it hung up on are found before. */
    private static final int MOST_SENDINGS = 5;

    private final HttpSettings settings;
    private final int maxAnswerBytes;
    private final AttemptSender sender;
    private final RemoteFaults faults;
    private final HttpAnswer answer;
    private final @Nullable Question question;
    private final boolean triedOnce;

    private HttpAgent(
            HttpSettings settings,
            int maxAnswerBytes,
            AttemptSender sender,
            RemoteFaults faults,
            @Nullable Question question,
            boolean triedOnce) {
        this.settings = settings;
        this.maxAnswerBytes = maxAnswerBytes;
        this.sender = sender;
        this.faults = faults;
        this.question = question;
        this.triedOnce = triedOnce;
        answer = new HttpAnswer(faults);
    }

    /**
     * A client, which reaches out to nobody yet.
     *
     * @param policy says how long to wait until an agent is asked once more what came of a call, and whether it is called twice
     */
    public static HttpAgent open(
            HttpSettings settings, AgentEnvironment environment, AttemptSender sender, RetryPolicy policy) {
        RemoteFaults faults = new RemoteFaults("http", new Excerpt(settings.secrets()), environment.clock());
        URI asked = settings.reconcile();
        Question question = asked == null
                ? null
                : new Question(
                        new HttpQuestion(settings, asked, environment.maxAnswerBytes(), sender, faults),
                        faults,
                        policy);
        return new HttpAgent(
                settings, environment.maxAnswerBytes(), sender, faults, question, policy.maxAttempts() == 1);
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        try {
            ServerAnswer response = sent(call);
            try (InputStream body = sender.body(response, call)) {
                return response.isFine() ? read(response, body, call) : failed(response);
            }
        } catch (IOException broken) {
            AttemptSender.throwIfInterrupted(broken);
            return faults.connection(settings.url(), broken);
        }
    }

    /**
     * Sends it, and again at once, with the same key, on another connection where the server hung up on one at rest, as
     * clients do who know that a request may be repeated (Go's net/http by its {@code Idempotency-Key}). Not to an agent
     * that wants to be asked first, or to be tried once.
     */
    private ServerAnswer sent(AgentCall call) throws IOException, InterruptedException {
        for (int times = 1; ; times++) {
            try {
                return sender.send(post(call), call);
            } catch (HungUpException hungUp) {
                if (question != null || triedOnce || times == MOST_SENDINGS) {
                    throw hungUp;
                }
            }
        }
    }

    @Override
    public AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        AgentReply known = question == null ? null : question.ask(call, doubtful);
        return known == null ? call(call) : known;
    }

    private AgentReply failed(ServerAnswer response) throws IOException {
        byte[] explanation = RemoteFaults.explanation(response);
        return faults.status(response, explanation).using(HttpAnswer.spent(explanation));
    }

    private Post post(AgentCall call) {
        return settings.post(settings.url(), call, CallBody.of(call), HttpStream.ACCEPT);
    }

    private AgentReply read(ServerAnswer response, InputStream body, AgentCall call) throws IOException {
        if (response.status() == HttpURLConnection.HTTP_NO_CONTENT) {
            return HttpAnswer.nothing();
        }
        Optional<HttpStream.Format> format = HttpStream.Format.of(response);
        if (format.isPresent()) {
            return HttpStream.read(body, format.get(), maxAnswerBytes, answer, call);
        }
        byte[] bytes = body.readNBytes(maxAnswerBytes + 1);
        return bytes.length > maxAnswerBytes ? faults.tooLarge(maxAnswerBytes) : answer.read(bytes, call);
    }

    @Override
    public void close() {
        // Holds nothing of its own: the HTTP client is shared.
    }
}
