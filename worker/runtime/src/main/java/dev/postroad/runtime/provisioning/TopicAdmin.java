package dev.postroad.runtime.provisioning;

import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.TopicPlan.Partitioning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at topics and makes them. Confined to one thread. */
final class TopicAdmin implements AutoCloseable {
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(TopicAdmin.class);
    private static final ListOffsetsOptions LEADERS_LIMIT =
            new ListOffsetsOptions().timeoutMs((int) REQUEST_LIMIT.toMillis());

    private final Admin kafka;
    private final String servers;
    private final StartLimit limit;

    private TopicAdmin(Admin kafka, String servers, StartLimit limit) {
        this.kafka = kafka;
        this.servers = servers;
        this.limit = limit;
    }

    static TopicAdmin open(WorkerSettings settings, StartLimit limit) {
        Map<String, Object> properties = new HashMap<>(settings.kafka());
        int left = (int) limit.left().toMillis();
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, left);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Math.min(REQUEST_LIMIT.toMillis(), left));
        try {
            return new TopicAdmin(Admin.create(properties), settings.kafkaServers(), limit);
        } catch (KafkaException unfit) {
            Throwable reason = unfit.getCause() == null ? unfit : unfit.getCause();
            throw new ProvisioningException(
                    "no client for Kafka at " + settings.kafkaServers() + " can be made: " + reason.getMessage()
                            + "; correct the POSTROAD_KAFKA_… settings",
                    unfit);
        }
    }

    /** Makes what is missing, and waits until all of it can be seen. Topics of shards get as many as those there. */
    void createMissing(List<TopicPlan> plans) {
        Map<String, Integer> existing = partitions(names(plans));
        List<TopicPlan> missing = plans.stream()
                .filter(plan -> !existing.containsKey(plan.name()))
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        int shards = plans.stream()
                .filter(plan -> plan.partitioning() == Partitioning.BY_SHARD)
                .mapToInt(plan -> existing.getOrDefault(plan.name(), 0))
                .max()
                .orElse(0);
        create(missing, shards);
        awaitAll(names(plans));
    }

    private void create(List<TopicPlan> missing, int shards) {
        var asked = kafka.createTopics(missing.stream()
                .map(plan -> plan.toNewTopic(shards == 0 ? plan.partitions() : shards))
                .toList());
        List<String> forbidden = new ArrayList<>();
        asked.values().forEach((topic, made) -> {
            try {
                await(made, "make the topic " + topic);
            } catch (ProvisioningException failed) {
                if (failed.getCause() instanceof AuthorizationException) {
                    forbidden.add(topic);
                } else if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw failed;
                }
            }
        });
        if (!forbidden.isEmpty()) {
            throw new ProvisioningException(
                    "Kafka at " + servers + " has no topics " + String.join(", ", forbidden)
                            + ", and this user may not make them; run `postroad migrate` as a user who may",
                    null);
        }
    }

    /** A topic that was made is not at once known to every broker. */
    private void awaitAll(List<String> topics) {
        while (partitions(topics).size() < topics.size()) {
            if (limit.isOver()) {
                throw new ProvisioningException(
                        "Kafka at " + servers + " does not show all new topics within " + limit.whole()
                                + "; see its log, then try again",
                        null);
            }
            pause();
        }
    }

    /**
     * Waits until the leader of every partition answers. One that was just made is known before its leader is ready, and
     * a producer whose first batch is turned away there, and whose second is not, never gets the first one in. What has
     * none for longer is no reason not to start.
     */
    void awaitLeaders(List<String> topics) {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        partitions(topics).forEach((topic, count) -> {
            for (int i = 0; i < count; i++) {
                ends.put(new TopicPartition(topic, i), OffsetSpec.latest());
            }
        });
        try {
            // Tries again by itself where a leader is not there yet.
            await(kafka.listOffsets(ends, LEADERS_LIMIT).all(), "find the leaders of the topics");
        } catch (ProvisioningException missing) {
            LOG.warn(
                    "not every partition has a leader that answers, and the worker starts without: {}",
                    missing.getMessage());
        }
    }

    void requireEqualPartitions(List<String> topics) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, Integer> found = partitions(topics);
        topics.forEach(topic -> counts.put(topic, found.getOrDefault(topic, 0)));
        if (counts.values().stream().distinct().count() == 1) {
            return;
        }
        String written = counts.entrySet().stream()
                .map(count -> count.getKey() + " has " + count.getValue())
                .collect(Collectors.joining(", "));
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        throw new ProvisioningException(
                "the topics of the shards differ in partitions: " + written + "; give each " + most
                        + " with `kafka-topics.sh --bootstrap-server " + servers + " --alter --topic … --partitions "
                        + most + "`",
                null);
    }

    /** The number of partitions of each topic that is there. */
    private Map<String, Integer> partitions(List<String> topics) {
        Map<String, Integer> counts = new TreeMap<>();
        kafka.describeTopics(topics).topicNameValues().forEach((topic, described) -> {
            try {
                TopicDescription description = await(described, "look at the topic " + topic);
                counts.put(topic, description.partitions().size());
            } catch (ProvisioningException failed) {
                if (!(failed.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failed;
                }
            }
        });
        return counts;
    }

    private <T> T await(KafkaFuture<T> answer, String purpose) {
        try {
            return answer.get(limit.left().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw failed(purpose, failed.getCause() == null ? failed : failed.getCause());
        } catch (java.util.concurrent.TimeoutException late) {
            throw failed(purpose, late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed(purpose, interrupted);
        }
    }

    private ProvisioningException failed(String purpose, Throwable cause) {
        if (cause instanceof org.apache.kafka.common.errors.TimeoutException
                || cause instanceof java.util.concurrent.TimeoutException) {
            return new ProvisioningException(
                    "Kafka at " + servers + " cannot be reached within " + limit.whole()
                            + "; see that it runs and that POSTROAD_KAFKA_BOOTSTRAP_SERVERS is right",
                    cause);
        }
        if (cause instanceof AuthenticationException) {
            return new ProvisioningException(
                    "Kafka at " + servers + " does not let this worker in: " + cause.getMessage()
                            + "; correct the POSTROAD_KAFKA_… settings of its security",
                    cause);
        }
        if (cause instanceof InterruptedException) {
            return new ProvisioningException("the start was interrupted while it waited for Kafka", cause);
        }
        return new ProvisioningException("Kafka at " + servers + " did not " + purpose + ": " + cause, cause);
    }

    private static List<String> names(Collection<TopicPlan> plans) {
        return plans.stream().map(TopicPlan::name).toList();
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ProvisioningException("interrupted while waiting for new topics", interrupted);
        }
    }

    @Override
    public void close() {
        kafka.close(REQUEST_LIMIT);
    }
}
