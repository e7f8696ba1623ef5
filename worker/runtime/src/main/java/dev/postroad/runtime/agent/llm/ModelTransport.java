package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParser;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.BoundedStream;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.Post;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ServerAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sends the requests that LangChain4j writes, on the calling thread, and reads their answers itself. Thread-safe.
 *
 * <p>LangChain4j's own transport reads on threads of its own and gives no handle before the first piece, so a call
 * to a silent model could not be aborted; it hides {@code Retry-After} and has no bound. Its readers take an answer that was
 * cut off, or that says in its middle that it failed, for a whole one. Its interface has no place for the exchange that a
 * request belongs to, so that is bound to the thread.
 */
final class ModelTransport implements HttpClient {
    private static final ScopedValue<Exchange> EXCHANGE = ScopedValue.newInstance();

    /** A piece of four bytes comes in an envelope of some two hundred. */
    private static final int ENVELOPES = 64;

    private static final List<String> KEY_HEADERS = List.of("authorization", "x-api-key");

    private final AttemptSender sender;
    private final LlmEndpoint endpoint;
    private final boolean streams;
    private final int maxAnswerBytes;

    ModelTransport(AttemptSender sender, LlmEndpoint endpoint, boolean streams, int maxAnswerBytes) {
        this.sender = sender;
        this.endpoint = endpoint;
        this.streams = streams;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    /** Runs {@code asking}, whose request belongs to {@code exchange}. */
    static void during(Exchange exchange, Runnable asking) {
        ScopedValue.where(EXCHANGE, exchange).run(asking);
    }

    HttpClientBuilder builder() {
        return new ModelTransportBuilder(this);
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("models are asked by streaming clients only");
    }

    /** Tells the listener nothing: whoever asked looks at the exchange. */
    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        URI address = URI.create(request.url());
        Exchange exchange = EXCHANGE.get();
        try {
            ServerAnswer response = sender.send(converted(address, request, exchange), exchange.call());
            try (InputStream body = sender.body(response, exchange.call())) {
                throwIfRefused(response, exchange.faults());
                LastWords heard = new LastWords(
                        new BoundedStream(body, (long) maxAnswerBytes * ENVELOPES, () -> tooLarge(exchange.faults())));
                read(response, heard, exchange);
            }
        } catch (FaultedException refused) {
            exchange.fail(refused.fault());
        } catch (IOException broken) {
            exchange.fail(exchange.faults().connection(address, broken));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            exchange.fail(AgentReply.retryable("interrupted", "the call was interrupted"));
        }
    }

    private void read(ServerAnswer response, LastWords heard, Exchange exchange) throws IOException {
        String type = response.headerOrEmpty("Content-Type").toLowerCase(Locale.ROOT);
        if (type.startsWith("application/json") || (!streams && !type.startsWith("text/event-stream"))) {
            readWhole(heard, exchange);
            return;
        }
        AnswerEvents events = new AnswerEvents(exchange.reader(), exchange.answer(), exchange.faults());
        new DefaultServerSentEventParser().parse(heard, events);
        IOException broken = events.broken();
        if (broken != null) {
            throw new FaultedException(
                    exchange.faults().connection(endpoint.baseUrl(), broken, lastWords(heard, exchange)));
        }
        if (!exchange.answer().isComplete()) {
            throw new FaultedException(AgentReply.retryable(
                    "llm.cut-off", "the answer ended before it was complete" + lastWords(heard, exchange)));
        }
    }

    private static void readWhole(LastWords heard, Exchange exchange) throws IOException {
        byte[] bytes = heard.readAllBytes();
        try {
            exchange.reader().takeWhole(ModelErrors.checked(Json.read(bytes), exchange.faults()));
        } catch (FaultsException garbled) {
            throw new FaultedException(exchange.faults()
                    .badAnswer("the answer is not as agreed: " + RemoteFaults.joined(garbled.faults())
                            + lastWords(heard, exchange)));
        }
    }

    private static String lastWords(LastWords heard, Exchange exchange) {
        String words = heard.shown(exchange.faults().excerpt()::hidden);
        return words.isEmpty() ? ", and nothing came" : "; the last that came: " + words;
    }

    private Post converted(URI address, HttpRequest request, Exchange exchange) {
        Post post = new Post(address, body(request, exchange).getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
            // LangChain4j cannot do without a key, and sends some text for one.
            if (endpoint.apiKey() != null
                    || !KEY_HEADERS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                header.getValue().forEach(value -> post.add(header.getKey(), value));
            }
        }
        return post;
    }

    /** LangChain4j's streaming clients know but streams, and knows the arguments of tools in a form of its own alone. */
    private String body(HttpRequest request, Exchange exchange) {
        if (streams && exchange.tools().isEmpty()) {
            return request.body();
        }
        try {
            ObjectNode body = (ObjectNode) Json.readOwn(request.body());
            if (!streams) {
                body.put("stream", false).remove("stream_options");
            }
            body.path("tools").forEach(tool -> describe(tool, exchange));
            return new String(Json.bytes(body), StandardCharsets.UTF_8);
        } catch (FaultsException impossible) {
            throw new IllegalStateException("LangChain4j wrote what is no JSON", impossible);
        }
    }

    private void describe(JsonNode told, Exchange exchange) {
        JsonNode tool = switch (endpoint.provider()) {
            case OPENAI -> told.path("function");
            case ANTHROPIC -> told;
        };
        String field = switch (endpoint.provider()) {
            case OPENAI -> "parameters";
            case ANTHROPIC -> "input_schema";
        };
        exchange.tools().stream()
                .filter(offered -> offered.name().equals(tool.path("name").textValue()))
                .forEach(offered -> ((ObjectNode) tool).set(field, offered.parameters()));
    }

    private static void throwIfRefused(ServerAnswer response, RemoteFaults faults) throws IOException {
        if (!response.isFine()) {
            throw new FaultedException(faults.status(response));
        }
        String type = response.headerOrEmpty("Content-Type").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html")) {
            throw new FaultedException(faults.badAnswer("answered with " + type + " where a model was asked"));
        }
    }

    private FaultedException tooLarge(RemoteFaults faults) {
        return new FaultedException(faults.tooLarge(maxAnswerBytes));
    }
}
