package dev.postroad.contracts.definition;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The types of errors, by which policies of retries know them. Thread-safe. */
public final class ErrorTypes {
    /** An attempt took longer than it may, whoever noticed it, wherever the time went. */
    public static final String TIMEOUT = "timeout";

    /** A server says that it does not know the task that it made of a call; whether the tool did its work is in doubt. */
    public static final String TASK_LOST = "mcp.task-lost";

    private static final int FIRST_ERROR = 300;
    private static final int LAST_STATUS = 599;

    /** What becomes of an attempt that ends so, where its agent's policy does not say what is tried again. */
    public enum Retried {
        /** It is followed by another. */
        BY_DEFAULT,
        /** It is not, unless the policy names it. */
        WHERE_NAMED,
        /** No attempt failed, and no policy is asked. */
        NEVER
    }

    /**
     * One type, or several alike.
     *
     * @param name the type; {@code *} stands for any characters
     * @param meaning what happened
     */
    public record Known(String name, Retried retried, String meaning) {}

    /** All that Postroad gives; a Java agent may have types of its own, and whatever it throws has its class's simple name. */
    public static final List<Known> ALL = List.of(
            new Known(TIMEOUT, Retried.BY_DEFAULT, "an attempt took longer than it may, whoever noticed it"),
            new Known("agent-busy", Retried.BY_DEFAULT, "no place in the bulkhead, or no turn by the rate limit"),
            new Known("interrupted", Retried.BY_DEFAULT, "the call was interrupted"),
            new Known("agent-defect", Retried.WHERE_NAMED, "the worker broke at the call"),
            new Known("http.408", Retried.BY_DEFAULT, "the agent's status, as 425, 429 and 500 to 599"),
            new Known("http.*", Retried.WHERE_NAMED, "the agent's status, any other from 300"),
            new Known("http.connection", Retried.BY_DEFAULT, "no connection, or it broke"),
            new Known("http.cut-off", Retried.BY_DEFAULT, "a stream ended without its answer"),
            new Known("http.bad-answer", Retried.WHERE_NAMED, "the answer is not as agreed"),
            new Known(
                    "http.answer-too-large",
                    Retried.WHERE_NAMED,
                    "the answer takes more than POSTROAD_MAX_ANSWER_BYTES"),
            new Known("kafka.unavailable", Retried.BY_DEFAULT, "Kafka does not take the task"),
            new Known("kafka.error", Retried.BY_DEFAULT, "the agent gave an error without a type"),
            new Known("kafka.bad-answer", Retried.WHERE_NAMED, "the answer is not as agreed"),
            new Known("kafka.too-large", Retried.WHERE_NAMED, "the task does not fit on the agent's topic"),
            new Known(
                    "kafka.answers-later",
                    Retried.WHERE_NAMED,
                    "an agent on Kafka was called by another agent, which cannot wait for it"),
            new Known("kafka.not-here", Retried.WHERE_NAMED, "no tasks are sent from here"),
            new Known("llm.408", Retried.BY_DEFAULT, "the model's status, as 425, 429 and 500 to 599"),
            new Known("llm.*", Retried.WHERE_NAMED, "the model's status, any other from 300"),
            new Known("llm.connection", Retried.BY_DEFAULT, "no connection, or it broke"),
            new Known("llm.cut-off", Retried.BY_DEFAULT, "the answer ended before it was complete"),
            new Known("llm.stream", Retried.BY_DEFAULT, "the model broke off"),
            new Known("llm.no-answer", Retried.BY_DEFAULT, "the model said nothing"),
            new Known("llm.bad-json", Retried.BY_DEFAULT, "JSON was asked for, and something else came"),
            new Known("llm.bad-answer", Retried.WHERE_NAMED, "the answer is not as agreed"),
            new Known(
                    "llm.answer-too-large",
                    Retried.WHERE_NAMED,
                    "the answer takes more than POSTROAD_MAX_ANSWER_BYTES"),
            new Known("llm.length", Retried.WHERE_NAMED, "the model ran out of tokens"),
            new Known("llm.content-filter", Retried.WHERE_NAMED, "the model, or its provider, keeps its answer back"),
            new Known("llm.tool-calls", Retried.WHERE_NAMED, "the model asks for a tool in place of an answer"),
            new Known(
                    "llm.max-tool-calls",
                    Retried.WHERE_NAMED,
                    "the model asks for more calls of tools than maxToolCalls allows"),
            new Known("llm.bad-tools", Retried.WHERE_NAMED, "a graph that is a tool is not there"),
            new Known("llm.bad-prompt", Retried.WHERE_NAMED, "the input lacks what the prompt needs"),
            new Known("mcp.connection", Retried.BY_DEFAULT, "no connection to the server, or it broke"),
            new Known("mcp.tool-error", Retried.WHERE_NAMED, "the tool says that it failed"),
            new Known(
                    "mcp.refused", Retried.WHERE_NAMED, "the server refused the call: no such tool, or bad arguments"),
            new Known(TASK_LOST, Retried.BY_DEFAULT, "the server knows no more of the task that it made of the call"),
            new Known(
                    "mcp.task-cancelled", Retried.WHERE_NAMED, "somebody at the server stopped the task that it made"),
            new Known(
                    "mcp.input-required",
                    Retried.WHERE_NAMED,
                    "the tool that is asked what came of a call asks a person itself"),
            new Known("mcp.bad-input", Retried.WHERE_NAMED, "the input is no object"),
            new Known("mcp.bad-answer", Retried.WHERE_NAMED, "the answer is not as agreed"),
            new Known(
                    "mcp.answer-too-large",
                    Retried.WHERE_NAMED,
                    "the answer takes more than POSTROAD_MAX_ANSWER_BYTES"),
            new Known("java.bad-answer", Retried.WHERE_NAMED, "the reply holds what JSON or the journal cannot"),
            new Known("java.fault", Retried.WHERE_NAMED, "the agent gave an error without a type"),
            new Known("agent-unavailable", Retried.NEVER, "its agent cannot be called, and onUnavailable says fail"),
            new Known("expression", Retried.NEVER, "an expression failed"),
            new Known("bad-output", Retried.NEVER, "a result that the channels or edges cannot take"),
            new Known("channel-conflict", Retried.NEVER, "the writes of a superstep do not go together"),
            new Known("state-limit", Retried.NEVER, "more than limits.stateBytes"),
            new Known("task-limit", Retried.NEVER, "more than limits.tasks"),
            new Known("tool-depth", Retried.NEVER, "tools that call tools that call tools, too many times over"),
            new Known("superstep-limit", Retried.NEVER, "more than limits.supersteps"),
            new Known("superstep-timeout", Retried.NEVER, "longer than limits.superstepTimeout"),
            new Known("run-timeout", Retried.NEVER, "longer than limits.timeout, or than the trigger says"),
            new Known("token-limit", Retried.NEVER, "more than limits.tokens"));

    private ErrorTypes() {}

    /** Whether a pattern finds a type that attempts end with, of agents of one kind, or of any where it is empty. */
    static boolean isOfAttempts(ErrorPattern pattern, String kind) {
        return ALL.stream()
                .filter(known -> known.retried != Retried.NEVER)
                .flatMap(ErrorTypes::each)
                .filter(type -> kind.isEmpty() || type.indexOf('.') < 0 || type.startsWith(kind + "."))
                .anyMatch(type -> pattern.matches(type, ""));
    }

    /** Whether a pattern finds a type with which a node or a run fails, and no attempt of an agent. */
    static boolean isOfRuns(ErrorPattern pattern) {
        return ALL.stream()
                .filter(known -> known.retried == Retried.NEVER)
                .anyMatch(known -> pattern.matches(known.name, ""));
    }

    private static Stream<String> each(Known known) {
        return known.name.endsWith("*")
                ? IntStream.rangeClosed(FIRST_ERROR, LAST_STATUS)
                        .mapToObj(status -> known.name.replace("*", "" + status))
                : Stream.of(known.name);
    }
}
