package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Fields;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says as a fault what went wrong between a worker and a remote agent. Thread-safe.
 *
 * @param kind the first part of every fault's type
 * @param excerpt keeps secrets out of messages
 */
public record RemoteFaults(String kind, Excerpt excerpt, InstantSource clock) {
    /** Enough for a message after secrets are taken out. */
    private static final int EXPLANATION_BYTES = 4 * Excerpt.LIMIT;

    /** The fault of an answer whose status is not 2xx. */
    public Faulted status(ServerAnswer answer) throws IOException {
        return status(answer, explanation(answer));
    }

    /** The beginning of what such an answer says. */
    public static byte[] explanation(ServerAnswer answer) throws IOException {
        return answer.body().readNBytes(EXPLANATION_BYTES);
    }

    /** The same of one whose explanation has been read. */
    public Faulted status(ServerAnswer answer, byte[] explanation) {
        int status = answer.status();
        String type = kind + "." + status;
        if (status < 400) {
            String location = answer.header("Location");
            String target = location == null ? "elsewhere" : location;
            return permanent(type, "answered " + status + ", a redirect to " + target + "; redirects are not followed");
        }
        String body = new String(explanation, StandardCharsets.UTF_8).strip();
        String message = excerpt.of("answered " + status + (body.isEmpty() ? "" : ": " + body));
        return isTransient(status)
                ? new Faulted(type, message, true, retryAfter(answer))
                : new Faulted(type, message, false, null);
    }

    /** The fault of a connection that could not be made, broke or took too long. */
    public Faulted connection(URI address, IOException broken) {
        return connection(address, broken, "");
    }

    /** The same, with what came before. */
    public Faulted connection(URI address, IOException broken, String before) {
        if (broken instanceof OutOfReachException refused) {
            return permanent(kind + ".out-of-reach", address.getHost() + " " + refused.getMessage());
        }
        String place = address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
        String what = switch (broken) {
            case HttpTimeoutException late -> "did not answer in time";
            case ConnectException refused -> "could not be reached";
            default -> "broke the connection";
        };
        String detail = broken.getMessage() == null ? broken.getClass().getSimpleName() : broken.getMessage();
        String type = broken instanceof HttpTimeoutException ? ErrorTypes.TIMEOUT : kind + ".connection";
        return new Faulted(type, excerpt.of(place + " " + what + ": " + detail + before), true, null);
    }

    /** The fault of an answer that breaks the protocol. */
    public Faulted badAnswer(String problem) {
        return permanent(kind + ".bad-answer", problem);
    }

    /** The fault of an answer that is longer than may be kept. */
    public Faulted tooLarge(long maxBytes) {
        return permanent(kind + ".answer-too-large", "answered more than " + maxBytes + " bytes");
    }

    /** The same of one message of a stream. */
    public AgentReply messageTooLarge(long maxBytes) {
        return permanent(kind + ".answer-too-large", "answered with a message of more than " + maxBytes + " bytes");
    }

    /** The fault of a stream that ended before its answer came. */
    public AgentReply cutOff() {
        return new Faulted(
                kind + ".cut-off",
                "the stream ended without an answer; its last message has to be one, such as {\"output\": …}",
                true,
                null);
    }

    /** A fault that another attempt would meet again. */
    public Faulted permanent(String type, String message) {
        return new Faulted(type, excerpt.of(message), false, null);
    }

    /** The fault of an answer that breaks the protocol in these ways. */
    public Faulted badAnswer(List<Fault> problems) {
        return badAnswer("the answer is not as agreed: " + joined(problems));
    }

    /**
     * The fault that an agent tells of in {@code "error"} of an answer.
     *
     * @param problems takes what is wrong with it
     * @return null where something is
     */
    public @Nullable Faulted told(ObjectNode answer, List<Fault> problems) {
        Fields error = Fields.of(answer, "", problems).nested("error");
        if (error == null) {
            return null;
        }
        String type = error.text("type");
        String message = error.text("message");
        Boolean retryable = error.truth("retryable");
        Duration retryAfter = error.duration("retryAfter");
        return problems.isEmpty()
                ? new Faulted(
                        type == null || type.isEmpty() ? kind + ".error" : excerpt.of(type),
                        excerpt.of(message == null ? "the agent gave no reason" : message),
                        !Boolean.FALSE.equals(retryable),
                        retryAfter)
                : null;
    }

    /** Several problems as one sentence. */
    public static String joined(List<Fault> problems) {
        return problems.stream().map(Fault::toString).collect(Collectors.joining(", "));
    }

    private static boolean isTransient(int status) {
        return status >= 500 || status == 408 || status == 425 || status == 429;
    }

    /** The pause that a server asks for; null where it asks for none. */
    public @Nullable Duration retryAfter(ServerAnswer answer) {
        String value = answer.header("Retry-After");
        return value == null ? null : RetryAfter.parse(value, clock.instant());
    }
}
