package dev.postroad.runtime.reading;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often a consumer was told what topics there are. Only then can it begin to fetch from another topic of the
 * same name. It is a deserializer because that is what Kafka tells of it. Thread-safe.
 */
final class MetadataUpdates extends ByteArrayDeserializer implements ClusterResourceListener {
    private final AtomicLong count = new AtomicLong();

    @Override
    public void onUpdate(@Nullable ClusterResource cluster) {
        count.incrementAndGet();
    }

    long count() {
        return count.get();
    }
}
