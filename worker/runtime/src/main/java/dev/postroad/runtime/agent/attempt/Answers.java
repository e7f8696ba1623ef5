package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.CallingTools;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.answers.JsonSchemas;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses results that the journal could not hold, or that would read back as something else. */
public final class Answers {
    private static final Duration LONGEST_SLEEP = Duration.ofDays(36_500);

    /** More than any state may be by default, and less than what makes others starve. */
    private static final long MOST_BYTES = 64L << 20;

    private Answers() {}

    /** The same, or a permanent fault of type {@code <kind>.bad-answer}. */
    public static AgentReply checked(String kind, AgentReply reply) {
        String problem = problem(reply);
        return problem == null
                ? reply
                : new Faulted(kind + ".bad-answer", Excerpt.PLAIN.of(problem), false, null, spent(reply));
    }

    @SuppressWarnings("NullAway") // Plug-ins are not compiled by us, so any part may be null all the same.
    private static Usage spent(AgentReply reply) {
        return reply.usage() == null ? Usage.NONE : reply.usage();
    }

    @SuppressWarnings("NullAway") // Plug-ins are not compiled by us, so any part may be null all the same.
    private static @Nullable String problem(AgentReply reply) {
        return switch (reply) {
            case Completed(JsonNode output, Usage usage, List<Goto> next) -> {
                String ofOutput = usage == null ? "has no usage" : problem(output);
                yield ofOutput == null ? problem(next) : "the output " + ofOutput;
            }
            case Interrupted(JsonNode question, Asking asking, Usage usage, JsonNode kept) -> {
                String ofQuestion = asking == null ? "says not who is asked" : problem(question);
                ofQuestion = usage == null ? "has no usage" : ofQuestion;
                String ofKept = kept == null ? null : problem(kept);
                if (ofKept != null) {
                    yield "what it keeps " + ofKept;
                }
                yield ofQuestion == null ? problem(asking) : "the question " + ofQuestion;
            }
            case CallingTools(JsonNode said, List<ToolCall> calls, Usage usage) -> {
                String ofSaid = usage == null ? "has no usage" : problem(said);
                yield ofSaid == null ? ToolCalls.problem(calls) : "what it says to itself " + ofSaid;
            }
            case Sleeping(Duration duration, Usage usage) -> usage == null ? "has no usage" : problem(duration);
            case Faulted ignored -> null;
        };
    }

    @SuppressWarnings("NullAway") // As above.
    private static @Nullable String problem(List<Goto> next) {
        for (Goto target : next) {
            if (target.node() == null || target.node().isEmpty()) {
                return "a goto names no node";
            }
            String ofInput = target.input() == null ? null : problem(target.input());
            if (ofInput != null) {
                return "the input of the goto to " + target.node() + " " + ofInput;
            }
        }
        return null;
    }

    private static @Nullable String problem(Asking asking) {
        for (JsonNode part : Arrays.asList(asking.schema(), asking.onTimeout())) {
            String ofPart = part == null ? null : problem(part);
            if (ofPart != null) {
                return "what stands beside the question " + ofPart;
            }
        }
        String flaw = asking.schema() == null ? null : JsonSchemas.INSTANCE.flaw(asking.schema());
        return flaw == null ? null : "the schema of the answer cannot be used: " + flaw;
    }

    private static @Nullable String problem(@Nullable Duration duration) {
        return duration != null && duration.isPositive() && duration.compareTo(LONGEST_SLEEP) <= 0
                ? null
                : "the sleep is " + duration + "; use more than nothing, and at most " + LONGEST_SLEEP;
    }

    /** What is wrong with a tree that an agent made; null where nothing is. */
    static @Nullable String problem(@Nullable JsonNode output) {
        if (output == null) {
            return "is missing";
        }
        // First, as it bounds the walk that follows.
        String problem = new Walk().problem(output, 1);
        return problem == null ? Json.unstorableText(output) : problem;
    }

    /** Ends wherever it begins: a tree that code made may hold itself, or one part of it a million times over. */
    private static final class Walk {
        private long left = MOST_BYTES;

        private @Nullable String problem(JsonNode node, int depth) {
            boolean notFinite = (node.isDouble() && !Double.isFinite(node.doubleValue()))
                    || (node.isFloat() && !Float.isFinite(node.floatValue()));
            if (notFinite || node.isPojo() || node.isBinary() || node.isMissingNode()) {
                return "holds " + node + ", which is not JSON";
            }
            left -= 1 + (node.isTextual() ? node.textValue().length() : 0);
            if (left < 0) {
                return "takes more than " + MOST_BYTES + " bytes";
            }
            if (node.isContainerNode() && depth > Json.MAX_DEPTH) {
                return "is nested more than " + Json.MAX_DEPTH + " levels deep";
            }
            for (JsonNode child : node) {
                String problem = problem(child, depth + 1);
                if (problem != null) {
                    return problem;
                }
            }
            return null;
        }
    }
}
