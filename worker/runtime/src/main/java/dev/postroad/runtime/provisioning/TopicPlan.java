package dev.postroad.runtime.provisioning;

import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.config.ArchiveKind;
import dev.postroad.runtime.config.WorkerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic as it is made where it is missing, with as many replicas as the broker makes by default.
 *
 */
record TopicPlan(String name, int partitions, Partitioning partitioning, Map<String, String> settings) {
    /** What the partitions of a topic mean. */
    enum Partitioning {
        /** They are the shards: all such topics have equally many. */
        BY_SHARD,
        /** They spread the load. */
        FREE
    }

    /** Room for the headers that a dead letter has on top of a record that only just fitted its own topic. */
    private static final int DEAD_LETTER_MARGIN_BYTES = 1 << 20;

    /** What came later counts, by the clock of the broker: those of its writers may differ. */
    private static final Map<String, String> REGISTRY = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime");

    /** What is in it is nowhere else. */
    private static final Map<String, String> FOR_EVER = Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1");

    static List<TopicPlan> all(WorkerSettings settings) {
        Topics topics = settings.topics();
        int many = settings.partitions();
        String largestDeadLetter = String.valueOf(settings.maxValueBytes() + DEAD_LETTER_MARGIN_BYTES);
        List<TopicPlan> plans = new ArrayList<>(List.of(
                new TopicPlan(topics.triggers(), many, Partitioning.BY_SHARD, Map.of()),
                new TopicPlan(topics.control(), many, Partitioning.BY_SHARD, Map.of()),
                new TopicPlan(topics.agentResults(), many, Partitioning.BY_SHARD, Map.of()),
                new TopicPlan(topics.events(), many, Partitioning.FREE, Map.of()),
                new TopicPlan(topics.output(), many, Partitioning.FREE, Map.of()),
                new TopicPlan(topics.registry(), 1, Partitioning.FREE, REGISTRY),
                new TopicPlan(topics.agentEvents(), 1, Partitioning.FREE, Map.of()),
                new TopicPlan(
                        topics.deadLetters(),
                        1,
                        Partitioning.FREE,
                        Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, largestDeadLetter))));
        if (settings.retention().archive() == ArchiveKind.KAFKA) {
            plans.add(new TopicPlan(topics.archive(), many, Partitioning.FREE, FOR_EVER));
        }
        return plans;
    }

    static List<String> sharded(Topics topics) {
        return List.of(topics.triggers(), topics.control(), topics.agentResults());
    }

    /** Those that workers write to. */
    static List<String> written(Topics topics) {
        return List.of(topics.events(), topics.control(), topics.deadLetters(), topics.agentEvents(), topics.output());
    }

    NewTopic toNewTopic(int shards) {
        int count = partitioning == Partitioning.BY_SHARD ? shards : partitions;
        return new NewTopic(name, Optional.of(count), Optional.empty()).configs(settings);
    }
}
