package dev.postroad.runtime.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParser;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.BoundedStream;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ServerAnswer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer that comes in messages: lines of JSON, or server-sent events whose data is JSON. Each message
 * {@code {"chunk": "…"}} is shown as it comes; the first other one is the answer, as {@link HttpAnswer} reads it, and
 * nothing behind it is read. Where the stream ends before, another attempt may succeed. Confined to the thread of the
 * call, where an interrupt cuts it off.
 */
final class HttpStream {
    /** What is asked for, by the header {@code Accept}. */
    static final String ACCEPT = "application/json, application/x-ndjson, text/event-stream";

    /** A chunk of four bytes comes in an envelope of some twenty, or more where it is an event. */
    private static final int ENVELOPES = 64;

    private final MessageReader messages;
    private final BoundedMessages body;
    private final RemoteFaults faults;

    /** How messages are told from each other. */
    enum Format {
        LINES,
        EVENTS;

        /** The format of an answer; empty where it is one piece. */
        static Optional<Format> of(ServerAnswer answer) {
            String type = answer.headerOrEmpty("Content-Type");
            return switch (type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT)) {
                case "text/event-stream" -> Optional.of(EVENTS);
                case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines" ->
                    Optional.of(LINES);
                default -> Optional.empty();
            };
        }
    }

    private HttpStream(BoundedMessages body, HttpAnswer answer, AgentCall call) {
        this.body = body;
        this.faults = answer.faults();
        this.messages = new MessageReader(answer, call);
    }

    /** @param maxBytes of one message; all of them may have 64 times as many */
    static AgentReply read(InputStream body, Format format, int maxBytes, HttpAnswer answer, AgentCall call)
            throws IOException {
        RemoteFaults faults = answer.faults();
        InputStream bounded = new BoundedStream(
                body,
                (long) maxBytes * ENVELOPES,
                () -> new FaultedException(faults.tooLarge((long) maxBytes * ENVELOPES)));
        var stream = new HttpStream(
                new BoundedMessages(
                        bounded,
                        format == Format.LINES ? 1 : 2,
                        maxBytes,
                        () -> new FaultedException(faults.messageTooLarge(maxBytes))),
                answer,
                call);
        try {
            return stream.read(format);
        } catch (FaultedException tooLarge) {
            return tooLarge.fault();
        }
    }

    private AgentReply read(Format format) throws IOException {
        switch (format) {
            case LINES -> readLines();
            case EVENTS -> readEvents();
        }
        JsonNode answered = messages.answer();
        if (answered != null) {
            return messages.read(answered);
        }
        AgentReply fault = messages.fault();
        // The last message may be no JSON because it was cut off.
        return fault == null || (messages.isGarbled() && body.isMidway()) ? faults.cutOff() : fault;
    }

    private void readLines() throws IOException {
        var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null) {
            messages.take(line);
            line = messages.wantsMore() ? lines.readLine() : null;
        }
    }

    private void readEvents() throws IOException {
        var listener = new Events();
        new DefaultServerSentEventParser().parse(body, listener);
        // That the stream is closed behind the answer counts for nothing.
        if (listener.broken != null && messages.wantsMore()) {
            throw listener.broken instanceof IOException broken
                    ? broken
                    : new IOException(listener.broken.getMessage(), listener.broken);
        }
    }

    /** The parser tells of what breaks, and swallows what is thrown. */
    private final class Events implements ServerSentEventListener {
        private @Nullable Throwable broken;

        @Override
        public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
            messages.take(event.data());
            if (!messages.wantsMore()) {
                context.parsingHandle().cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            broken = error;
        }
    }
}
