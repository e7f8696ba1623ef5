package dev.postroad.runtime.publish;

import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Publishes what agents show while they work, and counts what became of it: each chunk that is emitted is stored by Kafka
 * or dropped. Thread-safe.
 */
public final class OutputPublisher {
    private final Producer<String, byte[]> producer;
    private final String topic;
    private final InstantSource clock;
    private final LongAdder stored = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    /** @param producer never blocks */
    public OutputPublisher(Producer<String, byte[]> producer, String topic, InstantSource clock) {
        this.producer = producer;
        this.topic = topic;
        this.clock = clock;
    }

    /** The output of one attempt of a task, or of what goes on with the attempt after a wait or on another worker. */
    public AttemptOutput open(String runId, String graph, String node, String task, int attempt) {
        return new AttemptOutput(this, new AttemptOutput.Attempt(runId, graph, node, task, attempt), clock);
    }

    /** How many chunks Kafka stored. */
    public long stored() {
        return stored.sum();
    }

    /** How many chunks were dropped. */
    public long dropped() {
        return dropped.sum();
    }

    void drop() {
        dropped.increment();
    }

    /** @param settled told once, when the chunk is stored or dropped */
    void send(String runId, byte[] value, Runnable settled) {
        try {
            var _ = producer.send(new ProducerRecord<>(topic, runId, value), (metadata, failure) -> {
                (failure == null ? stored : dropped).increment();
                settled.run();
            });
        } catch (KafkaException | IllegalStateException | IllegalArgumentException refused) {
            // Then the callback is not called.
            dropped.increment();
            settled.run();
        }
    }
}
