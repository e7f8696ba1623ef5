package dev.postroad.bench.fuzz;

import dev.postroad.contracts.message.Topics;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How many committed records the worker has not taken for dealt with, by the offsets that it committed. */
final class Lag implements AutoCloseable {
    private final Admin admin;
    private final Topics topics;
    private final String group;

    Lag(String kafka, Topics topics, String group) {
        this.admin = Admin.create(Map.of("bootstrap.servers", kafka));
        this.topics = topics;
        this.group = group;
    }

    long of(Accounts accounts) throws InterruptedException {
        return of(topics.triggers(), group, accounts.triggers().expected())
                + of(topics.control(), group + "-control", accounts.control().expected());
    }

    private long of(String topic, String ofGroup, Spots expected) throws InterruptedException {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(ofGroup)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return expected.ends().entrySet().stream()
                    .mapToLong(end -> {
                        OffsetAndMetadata offset = committed.get(new TopicPartition(topic, end.getKey()));
                        return Math.max(0, end.getValue() - (offset == null ? 0 : offset.offset()));
                    })
                    .sum();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
