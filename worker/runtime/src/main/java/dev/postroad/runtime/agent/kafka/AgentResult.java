package dev.postroad.runtime.agent.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.Answers;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.http.HttpAnswer;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says of an attempt, as the value of a record: {@code "task"} and {@code "attempt"}, and beside them what an
 * HTTP agent answers, {@code "error"} where the work failed, {@code "heartbeat": true}, {@code "chunk": "…"}, or, asked about
 * an attempt in doubt, {@code "underWay": true} or {@code "notDone": true}. Immutable.
 */
public record AgentResult(String task, int attempt, Said said) {
    private static final String KIND = "kafka";
    private static final String REMEDY = "send it back as it came with the task";
    private static final int LONGEST_TASK = 2_000;

    /** What it says. */
    public sealed interface Said {}

    /**
     * The attempt is over.
     *
     * @param logs what it has to say beside; null for nothing
     */
    public record Answered(AgentReply reply, @Nullable JsonNode logs) implements Said {}

    /** It is at work. */
    public record AtWork() implements Said {}

    /** It shows something. */
    public record Shows(String chunk) implements Said {}

    /** It did nothing of what is in doubt. */
    public record NotDone() implements Said {}

    /**
     * Reads a value.
     *
     * @throws FaultsException where it cannot be told what it is about
     */
    public static AgentResult read(byte[] value, InstantSource clock) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(Json.read(value), "", faults);
        String task = fields.requiredText("task", REMEDY);
        Integer attempt = fields.whole("attempt", 1, Integer.MAX_VALUE);
        if (attempt == null && !fields.has("attempt")) {
            fields.fault("attempt", "is missing", REMEDY);
        }
        if (task.length() > LONGEST_TASK) {
            fields.fault("task", "has " + task.length() + " characters", REMEDY);
        }
        Said progress = faults.isEmpty() ? progress(fields) : null;
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return new AgentResult(
                task, attempt == null ? 1 : attempt, progress == null ? answer(fields, clock) : progress);
    }

    private static @Nullable Said progress(Fields fields) {
        if (fields.has("chunk")) {
            String chunk = fields.text("chunk");
            return chunk == null ? null : new Shows(chunk);
        }
        if (Boolean.TRUE.equals(fields.truth("heartbeat")) || Boolean.TRUE.equals(fields.truth("underWay"))) {
            return new AtWork();
        }
        return Boolean.TRUE.equals(fields.truth("notDone")) ? new NotDone() : null;
    }

    private static Said answer(Fields fields, InstantSource clock) {
        RemoteFaults remote = new RemoteFaults(KIND, Excerpt.PLAIN, clock);
        ObjectNode answer = fields.object().deepCopy();
        answer.remove(List.of("task", "attempt", "heartbeat", "underWay", "notDone", "logs"));
        JsonNode logs = fields.object().get("logs");
        if (fields.has("error")) {
            return new Answered(fault(fields.object(), remote).using(HttpAnswer.spent(fields.object())), logs);
        }
        return new Answered(Answers.checked(KIND, new HttpAnswer(remote).read(answer)), logs);
    }

    private static AgentReply fault(ObjectNode whole, RemoteFaults remote) {
        List<Fault> problems = new FaultList();
        AgentReply told = remote.told(whole, problems);
        return told == null ? remote.badAnswer(problems) : told;
    }
}
