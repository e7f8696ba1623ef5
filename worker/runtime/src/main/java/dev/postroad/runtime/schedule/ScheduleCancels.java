package dev.postroad.runtime.schedule;

import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import java.util.LinkedHashSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cancels the runs of schedules before a new one begins, by control messages. Confined to one thread. */
public final class ScheduleCancels {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduleCancels.class);
    private static final int MOST_REMEMBERED = 10_000;

    private final Producer<String, byte[]> producer;
    private final String topic;
    private final LinkedHashSet<String> sent = new LinkedHashSet<>();

    /** @param producer gives up on nothing; closed by its owner */
    public ScheduleCancels(Producer<String, byte[]> producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    /** Sends it, once from this worker; a command that was sent before by another is applied once. */
    void cancel(String runId, String by) {
        String commandId = "cancelled-by/" + by;
        if (!sent.add(commandId)) {
            return;
        }
        if (sent.size() > MOST_REMEMBERED) {
            sent.removeFirst();
        }
        Control cancel =
                new Control(runId, commandId, new Control.Cancel("the next run of its schedule, " + by + ", is due"));
        Future<RecordMetadata> _ =
                producer.send(new ProducerRecord<>(topic, runId, Json.bytes(cancel.toJson())), (place, failed) -> {
                    if (failed != null) {
                        LOG.warn("run {} is not cancelled for {}: {}", runId, by, failed.getMessage());
                    }
                });
    }
}
