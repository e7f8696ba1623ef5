package dev.postroad.runtime.reading;

import java.util.Collection;
import org.apache.kafka.common.TopicPartition;

/** What a reader knows about its partitions. Called by the reader's thread alone. */
public interface Pages {
    /** Partitions came: nothing of them is handed over before it is clear from where they are read. */
    void open(Collection<TopicPartition> partitions);

    /** Notes in Kafka up to where all is done, and waits for it, for a few seconds at the most. */
    void commit(Collection<TopicPartition> partitions);

    /** Partitions went. */
    void close(Collection<TopicPartition> partitions);

    /** Whether everything of a partition that was read and stands before an offset was handed over. */
    boolean isHandedOver(TopicPartition partition, long upTo);
}
