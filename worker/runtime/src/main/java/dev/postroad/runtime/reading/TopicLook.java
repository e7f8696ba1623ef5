package dev.postroad.runtime.reading;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;

/** Asks Kafka which topics there are, and waits for nothing. Thread-safe. */
public final class TopicLook implements AutoCloseable {
    private static final int LIMIT_MILLIS = 5_000;

    private final Admin kafka;

    /** @param properties of a client of Kafka */
    public TopicLook(Map<String, String> properties) {
        Map<String, Object> limited = new HashMap<>(properties);
        limited.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
        limited.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, LIMIT_MILLIS);
        this.kafka = Admin.create(limited);
    }

    /** What a topic is now. */
    CompletionStage<Topic> ask(String topic) {
        return kafka.describeTopics(List.of(topic))
                .allTopicNames()
                .toCompletionStage()
                .thenApply(found -> {
                    TopicDescription description = Objects.requireNonNull(found.get(topic));
                    return new Topic(
                            description.topicId(), description.partitions().size());
                });
    }

    @Override
    public void close() {
        kafka.close(Duration.ZERO);
    }
}
