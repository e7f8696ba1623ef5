package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.answers.JsonSchemas;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses results that the journal could not hold, or that would read back as something else. */
final class Answers {
    private static final Duration LONGEST_SLEEP = Duration.ofDays(36_500);

    private Answers() {}

    /** The same, or a permanent fault of type {@code <kind>.bad-answer}. */
    static AgentReply checked(String kind, AgentReply reply) {
        String problem = problem(reply);
        return problem == null ? reply : AgentReply.permanent(kind + ".bad-answer", problem);
    }

    @SuppressWarnings("NullAway") // Plug-ins are not compiled by us, so any part may be null all the same.
    private static @Nullable String problem(AgentReply reply) {
        return switch (reply) {
            case Completed(JsonNode output, Usage usage, List<Goto> next) -> {
                String ofOutput = usage == null ? "has no usage" : problem(output);
                yield ofOutput == null ? problem(next) : "the output " + ofOutput;
            }
            case Interrupted(JsonNode question, Asking asking) -> {
                String ofQuestion = asking == null ? "says not who is asked" : problem(question);
                yield ofQuestion == null ? problem(asking) : "the question " + ofQuestion;
            }
            case Sleeping(Duration duration) -> problem(duration);
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

    private static @Nullable String problem(@Nullable JsonNode output) {
        if (output == null) {
            return "is missing";
        }
        // First, as it bounds the depth for the walk that follows.
        String unstorable = Json.unstorableText(output);
        return unstorable == null ? notJson(output) : unstorable;
    }

    private static @Nullable String notJson(JsonNode node) {
        boolean notFinite = (node.isDouble() && !Double.isFinite(node.doubleValue()))
                || (node.isFloat() && !Float.isFinite(node.floatValue()));
        if (notFinite || node.isPojo() || node.isBinary() || node.isMissingNode()) {
            return "holds " + node + ", which is not JSON";
        }
        for (JsonNode child : node) {
            String problem = notJson(child);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
