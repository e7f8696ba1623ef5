package dev.postroad.bench.chaos;

import dev.postroad.contracts.message.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;

/** The topics that are read by shards get one partition more, up to a bound. */
final class AddedPartitions implements Fault {
    private static final int MOST = 32;

    @Override
    public String name() {
        return "partitions added";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        Topics topics = scene.place().topics();
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", scene.place().servers().kafka()))) {
            int now = admin.describeTopics(List.of(topics.triggers())).allTopicNames().get().values().stream()
                    .mapToInt(topic -> topic.partitions().size())
                    .sum();
            if (now < MOST) {
                NewPartitions more = NewPartitions.increaseTo(now + 1);
                admin.createPartitions(
                                Map.of(topics.triggers(), more, topics.control(), more, topics.agentResults(), more))
                        .all()
                        .get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("no partitions could be added", failed);
        }
    }
}
