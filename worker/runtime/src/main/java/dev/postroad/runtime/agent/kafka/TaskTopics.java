package dev.postroad.runtime.agent.kafka;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.contracts.message.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics of agents on a Kafka: made where they are missing, and written to. Thread-safe. */
public final class TaskTopics implements TaskSender, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskTopics.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;
    private final Map<String, Object> kafka;
    private final Topics topics;
    private final int partitions;
    private final Map<String, CompletableFuture<Boolean>> prepared = new ConcurrentHashMap<>();

    /**
     * @param producer waits where Kafka does not take more; closed by its owner
     * @param kafka how Kafka is reached
     * @param partitions of a topic that is made
     */
    public TaskTopics(Producer<String, byte[]> producer, Map<String, String> kafka, Topics topics, int partitions) {
        this.producer = producer;
        this.kafka = Map.copyOf(kafka);
        this.topics = topics;
        this.partitions = partitions;
    }

    @Override
    public void prepare(String agent) {
        // Whoever sends the first task waits for it.
        var _ = prepared(agent);
    }

    /** Done when the topic is there, or it was tried; what failed is tried again by whoever comes next. */
    private CompletableFuture<Boolean> prepared(String agent) {
        return prepared.computeIfAbsent(agent, name -> {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            Thread.ofVirtual().name("postroad-topic-of-" + name).start(() -> {
                boolean made = false;
                try {
                    made = make(name);
                } finally {
                    // Whatever came of it, nobody waits for it any longer.
                    if (!made) {
                        prepared.remove(name, done);
                    }
                    done.complete(made);
                }
            });
            return done;
        });
    }

    private boolean make(String agent) {
        String topic = topics.agentTasks(agent);
        try (Admin admin = Admin.create(kafka)) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TopicExistsException) {
                return true;
            }
            LOG.warn("topic {} of agent {} cannot be made: {}", topic, agent, String.valueOf(failed.getCause()));
            return false;
        } catch (java.util.concurrent.TimeoutException | RuntimeException away) {
            LOG.warn("topic {} of agent {} cannot be made yet: {}", topic, agent, away.toString());
            return false;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public @Nullable AgentReply send(String agent, String runId, Headers headers, byte[] value)
            throws InterruptedException {
        try {
            // Where it could not be made it may be there all the same.
            boolean _ = prepared(agent).get();
            var _ = producer.send(record(agent, runId, headers, value)).get();
            return null;
        } catch (ExecutionException failed) {
            return fault(agent, failed.getCause() == null ? failed : failed.getCause());
        } catch (InterruptException stopped) {
            boolean _ = Thread.interrupted();
            throw new InterruptedException(stopped.getMessage());
        } catch (KafkaException failed) {
            return fault(agent, failed);
        }
    }

    private ProducerRecord<String, byte[]> record(String agent, String runId, Headers headers, byte[] value) {
        return new ProducerRecord<>(topics.agentTasks(agent), null, null, runId, value, headers);
    }

    private AgentReply fault(String agent, Throwable failed) {
        String topic = topics.agentTasks(agent);
        return switch (failed) {
            case RecordTooLargeException large ->
                AgentReply.permanent(
                        "kafka.too-large",
                        "the task does not fit on topic " + topic + "; give the agent less with the node's input: "
                                + large.getMessage());
            // Nobody knows whether it got there.
            case TimeoutException late
            when !isUnknown(late) ->
                AgentReply.retryable(ErrorTypes.TIMEOUT, "Kafka did not take the task in time: " + late.getMessage());
            default -> AgentReply.retryable("kafka.unavailable", "Kafka does not take the task: " + failed);
        };
    }

    private static boolean isUnknown(TimeoutException late) {
        return late.getCause() instanceof UnknownTopicOrPartitionException;
    }

    @Override
    public void sendSoon(String agent, String runId, Headers headers, byte[] value) {
        Thread.ofVirtual().name("postroad-recall").start(() -> {
            try {
                var _ = producer.send(record(agent, runId, headers, value));
            } catch (KafkaException away) {
                LOG.debug("agent {} could not be told of a task that nobody waits for: {}", agent, away.toString());
            }
        });
    }

    @Override
    public void close() {
        prepared.clear();
    }
}
