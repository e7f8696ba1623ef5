package dev.postroad.runtime.agent.kafka;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.agent.attempt.CallBody;
import dev.postroad.runtime.agent.attempt.RemoteClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Sends attempts to the topic of an agent. Thread-safe. */
public final class KafkaAgent implements RemoteClient {
    private static final String TASK_TYPE = "agent.task";
    private static final String CANCELLED_TYPE = "agent.task-cancelled";

    private final String name;
    private final KafkaSettings settings;
    private final TaskSender sender;

    private KafkaAgent(String name, KafkaSettings settings, TaskSender sender) {
        this.name = name;
        this.settings = settings;
        this.sender = sender;
    }

    /** A client, which has the topic made where it is missing. */
    public static KafkaAgent open(String name, KafkaSettings settings, TaskSender sender) {
        sender.prepare(name);
        return new KafkaAgent(name, settings, sender);
    }

    @Override
    public @Nullable AgentReply send(AgentCall call, int doubtful) throws InterruptedException {
        ObjectNode body = settings.reconciles() && doubtful > 0 ? CallBody.inDoubt(call, doubtful) : CallBody.of(call);
        Headers headers = headers(TASK_TYPE, call.runId(), call.task(), call.attempt())
                .add(EventHeaders.TRACE_PARENT, bytes(call.traceParent()))
                .add(EventHeaders.DEADLINE, bytes(call.deadline().toString()));
        return sender.send(name, call.runId(), headers, Json.bytes(body));
    }

    @Override
    public void recall(String runId, String task, int attempt) {
        ObjectNode body =
                JsonNodeFactory.instance.objectNode().put("task", task).put("cancelled", true);
        sender.sendSoon(name, runId, headers(CANCELLED_TYPE, runId, task, attempt), Json.bytes(body));
    }

    private static Headers headers(String type, String runId, String task, int attempt) {
        return new RecordHeaders()
                .add(EventHeaders.SPEC_VERSION, bytes("1.0"))
                .add(EventHeaders.ID, bytes(runId + "/" + task + "/" + attempt))
                .add(EventHeaders.TYPE, bytes(EventType.CLOUD_EVENTS_PREFIX + type))
                .add(EventHeaders.SOURCE, bytes("postroad"))
                .add(EventHeaders.CONTENT_TYPE, bytes("application/json"))
                .add(EventHeaders.TASK, bytes(task))
                .add(EventHeaders.ATTEMPT, bytes(Integer.toString(attempt)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Duration heartbeat() {
        return settings.heartbeat();
    }

    @Override
    public boolean reconciles() {
        return settings.reconciles();
    }

    @Override
    public void close() {
        // Holds nothing of its own: the producer is shared.
    }
}
