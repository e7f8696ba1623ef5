package dev.postroad.runtime.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says came of a call in doubt: whatever it may answer to a call, or {@code "error"}, where the work is over,
 * {@code "notDone": true}, or {@code "underWay": true}. Here nothing is no answer: who says nothing of the work would have it
 * taken for done. Immutable.
 */
public sealed interface HttpVerdict {
    /** In the order in which one of them decides; the first three stand alone. */
    List<String> WORDS = List.of("notDone", "underWay", "error", "interrupt", "sleep", "goto", "output");

    Set<String> ALONE = Set.of("notDone", "underWay", "error");

    /** The work is over, and this came of it. */
    record Over(AgentReply reply) implements HttpVerdict {}

    /** Nothing was done. */
    record NotDone() implements HttpVerdict {}

    /**
     * It is at work.
     *
     * @param pause what the agent asks for until it is asked again; null for nothing
     */
    record UnderWay(@Nullable Duration pause) implements HttpVerdict {}

    /** It did not say. */
    record Unknown(AgentReply.Faulted why) implements HttpVerdict {}

    /** Reads an answer of a status of 2xx, and writes its logs. */
    static HttpVerdict read(byte[] bytes, AgentCall call, HttpAnswer answer, @Nullable Duration pause) {
        try {
            return read(Json.read(bytes), call, answer, pause);
        } catch (FaultsException unreadable) {
            return new Unknown(answer.faults().badAnswer(unreadable.faults()));
        }
    }

    /** The same of an answer that was read, whatever protocol it came by. */
    static HttpVerdict read(JsonNode tree, AgentCall call, HttpAnswer answer, @Nullable Duration pause) {
        List<Fault> problems = new FaultList();
        HttpVerdict verdict = read(Fields.of(tree, "", problems), answer, pause, problems);
        if (verdict == null || !problems.isEmpty()) {
            return new Unknown(answer.faults().badAnswer(problems));
        }
        AgentLog.write(call.log(), tree.get("logs"), answer.faults().excerpt());
        return verdict;
    }

    private static @Nullable HttpVerdict read(
            Fields fields, HttpAnswer answer, @Nullable Duration pause, List<Fault> problems) {
        String word = problems.isEmpty() ? word(fields) : null;
        return switch (word) {
            case null -> null;
            case "notDone" -> new NotDone();
            case "underWay" -> new UnderWay(pause);
            case "error" -> {
                AgentReply.Faulted told = answer.faults().told(fields.object(), problems);
                yield told == null ? null : new Over(told.using(HttpAnswer.spent(fields.object())));
            }
            default -> over(fields, answer);
        };
    }

    private static HttpVerdict over(Fields fields, HttpAnswer answer) {
        AgentReply reply = answer.read(fields.object());
        return reply instanceof AgentReply.Faulted unfit ? new Unknown(unfit) : new Over(reply);
    }

    /** What decides; null where something is wrong, which is noted. */
    private static @Nullable String word(Fields fields) {
        List<String> said = WORDS.stream().filter(word -> says(fields, word)).toList();
        if (said.isEmpty()) {
            fields.fault(
                    "",
                    "does not say what came of the call",
                    "answer {\"output\": …} where it is done, {\"notDone\": true} or {\"underWay\": true}");
            return null;
        }
        if (said.size() > 1 && ALONE.contains(said.getFirst())) {
            fields.fault(said.get(1), "stands beside " + said.getFirst(), "keep one of the two");
            return null;
        }
        return said.getFirst();
    }

    private static boolean says(Fields fields, String word) {
        return switch (word) {
            case "notDone", "underWay" -> Boolean.TRUE.equals(fields.truth(word));
            // To write nothing may be said by null, here only if it is said.
            case "output" -> fields.object().has(word);
            default -> fields.has(word);
        };
    }
}
