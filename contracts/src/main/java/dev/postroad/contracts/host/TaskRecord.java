package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record of an agent's topic, as it was read. */
sealed interface TaskRecord {
    /**
     * Work to be done.
     *
     * @param doubtful the attempt of which is asked whether it was done, before it is done again; 0 for none
     */
    record Work(AgentCall call, int doubtful) implements TaskRecord {}

    /**
     * Nobody waits for a task any more.
     *
     * @param attempt the last of which that is so
     */
    record Cancelled(Key key, int attempt) implements TaskRecord {}

    /** What is one piece of work, however often it comes. */
    record Key(String runId, String task) {}

    /**
     * Reads a record.
     *
     * @throws FaultsException where it can be no task
     */
    static TaskRecord read(ConsumerRecord<byte[], byte[]> record) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(Json.read(record.value() == null ? new byte[0] : record.value()), "", faults);
        String task = fields.requiredText("task", "send tasks as workers do");
        String runId = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        if (runId.isEmpty()) {
            // Its answer could be handed to no run.
            faults.add(new Fault("", "has no key", "send the run's id as the key"));
        }
        if (Boolean.TRUE.equals(fields.truth("cancelled"))) {
            check(faults);
            return new Cancelled(new Key(runId, task), attempt(record));
        }
        Integer attempt = fields.whole("attempt", 1, Integer.MAX_VALUE);
        Instant deadline = fields.requiredInstant("deadline", "send tasks as workers do");
        JsonNode input = fields.object().get("input");
        List<JsonNode> answers = new ArrayList<>();
        fields.object().path("answers").forEach(answers::add);
        AgentCall call = new AgentCall(
                runId,
                text(fields, "graph"),
                text(fields, "node"),
                task,
                attempt == null ? 1 : attempt,
                input == null ? NullNode.instance : input,
                deadline,
                header(record, EventHeaders.TRACE_PARENT),
                answers,
                OutputSink.NONE,
                AgentLogger.NONE);
        boolean asks = Boolean.TRUE.equals(fields.truth("reconcile"));
        Integer doubtful = fields.whole("doubtful", 1, Integer.MAX_VALUE);
        check(faults);
        return new Work(call, !asks ? 0 : doubtful == null ? call.attempt() : doubtful);
    }

    private static void check(List<Fault> faults) throws FaultsException {
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
    }

    private static String text(Fields fields, String name) {
        String text = fields.text(name);
        return text == null ? "" : text;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static int attempt(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Integer.parseInt(header(record, EventHeaders.ATTEMPT));
        } catch (NumberFormatException unsaid) {
            return Integer.MAX_VALUE;
        }
    }
}
