package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an agent answers. */
public sealed interface AgentReply {
    /** What the agent consumed in this attempt, whatever came of it. */
    Usage usage();

    /** The same, having consumed this. */
    AgentReply using(Usage consumed);

    /**
     * The work is done.
     *
     * @param output the result; an object whose keys are channels, or a list of such objects, applied one after the
     *     other, or JSON null for nothing to write, unless the node maps it. A value {@code {"$overwrite": …}} replaces a channel's value past its reducer.
     * @param next where the run goes on, besides the node's edges
     */
    record Completed(JsonNode output, Usage usage, List<Goto> next) implements AgentReply {
        public Completed {
            next = List.copyOf(next);
        }

        /** The work is done, and the run goes on by the node's edges alone. */
        public Completed(JsonNode output, Usage usage) {
            this(output, usage, List.of());
        }

        @Override
        public Completed using(Usage consumed) {
            return new Completed(output, consumed, next);
        }
    }

    /**
     * A person is needed. When they have answered, the task is called again, with the answers so far.
     *
     * @param question what the person is to see
     * @param asking who is asked, for how long and for what
     * @param kept what the agent needs to go on from there, handed back with the answer, which then is {@code {"answer": …,
     *     "kept": …}}; null for nothing, as with agents that are hosts of their own
     */
    record Interrupted(
            JsonNode question,
            Asking asking,
            Usage usage,
            @Nullable JsonNode kept) implements AgentReply {
        /** Of what is kept, where the agent works on while it asks: by what it is told that nobody waits for it any more. */
        public static final String HANDLE = "handle";

        /** Anybody may answer anything. */
        public Interrupted(JsonNode question) {
            this(question, Asking.ANYBODY);
        }

        /** Nothing was consumed. */
        public Interrupted(JsonNode question, Asking asking) {
            this(question, asking, Usage.NONE, null);
        }

        @Override
        public Interrupted using(Usage consumed) {
            return new Interrupted(question, asking, consumed, kept);
        }
    }

    /**
     * There is nothing to do for a while; the task is called again then. The wait survives restarts and costs nothing.
     *
     * @param duration how long
     */
    record Sleeping(Duration duration, Usage usage) implements AgentReply {
        /** Nothing was consumed. */
        public Sleeping(Duration duration) {
            this(duration, Usage.NONE);
        }

        @Override
        public Sleeping using(Usage consumed) {
            return new Sleeping(duration, consumed);
        }
    }

    /**
     * Other agents, or graphs, are to do something first, side by side. When all have answered, the task is called again, and
     * the last of its {@link AgentCall#answers} is {@code {"said": …, "calls": […]}}: what is said here, and each call with
     * its {@code id}, {@code tool}, {@code input} and either its {@code output} or its {@code error}, which has a
     * {@code type} and a {@code message}. Each of them is a task of its own, with all that tasks have: attempts, waits, questions
     * to people; what has answered is not done again, whatever becomes of the worker.
     *
     * @param said handed back as it is
     * @param calls in the order in which they are answered; not empty
     */
    record CallingTools(JsonNode said, List<ToolCall> calls, Usage usage) implements AgentReply {
        public CallingTools {
            calls = List.copyOf(calls);
        }

        @Override
        public CallingTools using(Usage consumed) {
            return new CallingTools(said, calls, consumed);
        }
    }

    /**
     * The work failed.
     *
     * @param type the kind of error, as retry policies match it, such as {@code http.503}
     * @param message for people
     * @param retryable whether another attempt may help
     * @param retryAfter how long the next attempt is to wait at least; null where nobody said
     */
    record Faulted(
            String type,
            String message,
            boolean retryable,
            @Nullable Duration retryAfter,
            Usage usage) implements AgentReply {
        /** Nothing was consumed. */
        public Faulted(String type, String message, boolean retryable, @Nullable Duration retryAfter) {
            this(type, message, retryable, retryAfter, Usage.NONE);
        }

        @Override
        public Faulted using(Usage consumed) {
            return new Faulted(type, message, retryable, retryAfter, consumed);
        }
    }

    /** The work is done, with this result. */
    static AgentReply completed(JsonNode output) {
        return new Completed(output, Usage.NONE);
    }

    /** The work failed; another attempt may help. */
    static AgentReply retryable(String type, String message) {
        return new Faulted(type, message, true, null);
    }

    /** The work failed, and would fail again. */
    static AgentReply permanent(String type, String message) {
        return new Faulted(type, message, false, null);
    }
}
