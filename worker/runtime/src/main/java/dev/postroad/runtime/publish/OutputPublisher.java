package dev.postroad.runtime.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.json.Json;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Publishes what agents show while they work. A chunk that Kafka does not take at once is dropped. Thread-safe. */
public final class OutputPublisher {
    private final Producer<String, byte[]> producer;
    private final String topic;
    private final InstantSource clock;
    private final LongAdder dropped = new LongAdder();

    /** @param producer never blocks */
    public OutputPublisher(Producer<String, byte[]> producer, String topic, InstantSource clock) {
        this.producer = producer;
        this.topic = topic;
        this.clock = clock;
    }

    /** A sink for one attempt of a task. */
    public OutputSink sink(String runId, String graph, String node, String task, int attempt) {
        AtomicInteger index = new AtomicInteger();
        return chunk -> {
            ObjectNode value = JsonNodeFactory.instance.objectNode();
            value.put("runId", runId).put("graph", graph).put("node", node).put("task", task);
            value.put("attempt", attempt).put("index", index.getAndIncrement()).put("chunk", chunk);
            value.put("at", clock.instant().toString());
            send(runId, value);
        };
    }

    /** How many chunks were dropped. */
    public long dropped() {
        return dropped.sum();
    }

    private void send(String runId, ObjectNode value) {
        try {
            var _ = producer.send(new ProducerRecord<>(topic, runId, Json.bytes(value)), (metadata, failure) -> {
                if (failure != null) {
                    dropped.increment();
                }
            });
        } catch (KafkaException | IllegalArgumentException refused) {
            dropped.increment();
        }
    }
}
