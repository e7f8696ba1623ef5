package dev.postroad.runtime.agent.llm;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.BoundedStream;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Locale;

/**
 * Carries LangChain4j's requests on the calling thread. Thread-safe.
 *
 * <p>LangChain4j's own transport reads on threads of its own and gives no handle before the first piece, so a call
 * to a silent model could not be aborted; it also hides {@code Retry-After} and has no bound. Here an interrupt of
 * the caller aborts the exchange at any point. LangChain4j's interface has no place for the call that a request
 * belongs to, so the call is bound to the thread.
 */
final class ModelTransport implements HttpClient {
    private static final ScopedValue<AgentCall> CALL = ScopedValue.newInstance();

    /** A piece of four bytes comes in an envelope of some two hundred. */
    private static final int ENVELOPES = 64;

    private final AttemptSender sender;
    private final RemoteFaults faults;
    private final int maxAnswerBytes;

    ModelTransport(AttemptSender sender, RemoteFaults faults, int maxAnswerBytes) {
        this.sender = sender;
        this.faults = faults;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    /** Runs {@code exchange}, whose requests belong to {@code call}. */
    static void during(AgentCall call, Runnable exchange) {
        ScopedValue.where(CALL, call).run(exchange);
    }

    HttpClientBuilder builder() {
        return new ModelTransportBuilder(this);
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("models are asked for streams only");
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        URI address = URI.create(request.url());
        try {
            HttpResponse<InputStream> response = sender.send(converted(address, request), CALL.get());
            try (InputStream body = response.body()) {
                throwIfRefused(response);
                listener.onOpen(SuccessfulHttpResponse.builder()
                        .statusCode(response.statusCode())
                        .headers(response.headers().map())
                        .build());
                EndOfStream end = new EndOfStream(listener);
                parser.parse(new BoundedStream(body, (long) maxAnswerBytes * ENVELOPES, this::tooLarge), end);
                if (!end.reached()) {
                    throw new FaultedException(
                            AgentReply.retryable("llm.cut-off", "the answer ended before it was complete"));
                }
                listener.onClose();
            }
        } catch (FaultedException refused) {
            listener.onError(refused);
        } catch (IOException broken) {
            listener.onError(new FaultedException(faults.connection(address, broken)));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            listener.onError(interrupted);
        }
    }

    private static java.net.http.HttpRequest.Builder converted(URI address, HttpRequest request) {
        var builder = java.net.http.HttpRequest.newBuilder(address)
                .method(request.method().name(), BodyPublishers.ofString(request.body()));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        return builder;
    }

    private void throwIfRefused(HttpResponse<InputStream> response) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw new FaultedException(faults.status(response));
        }
        String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html") || type.startsWith("application/json")) {
            throw new FaultedException(faults.badAnswer("answered with " + type + " where a stream was asked for"));
        }
    }

    private FaultedException tooLarge() {
        return new FaultedException(faults.tooLarge(maxAnswerBytes));
    }
}
