package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.PostroadClientException;
import dev.postroad.contracts.client.RunOutcome;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class ClientOutageTest {
    private static final String ASKING = """
            graph: asking
            state: { log: { reducer: append } }
            nodes:
              ask: { agent: test-puppet }
              close: { set: "{'log': ['closed']}" }
            edges: [{ from: START, to: ask }, { from: ask, to: close }, { from: close, to: END }]
            """;

    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void followsARunWhoseKafkaIsRestarted(@TempDir Path directory) throws Exception {
        EmbeddedKafka first = EmbeddedKafka.start(directory, 0);
        try (Site site = Site.openOn(first.bootstrapServers());
                PostroadClient client =
                        new PostroadClient(Map.of("bootstrap.servers", first.bootstrapServers()), site.topics());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                RunWatch watch = client.watch("followed")) {
            triggerARunThatStops(site, "followed");
            Future<RunOutcome> outcome = threads.submit(() -> client.await("followed", Site.LIMIT));
            List<RunEvent> events = new ArrayList<>();
            while (events.size() < 3) {
                watch.poll(Site.LIMIT).ifPresent(events::add);
            }
            first.close();
            assertThat(watch.poll(Duration.ofSeconds(2))).isEmpty();
            goOn.countDown();
            site.ended("followed");
            try (EmbeddedKafka second = EmbeddedKafka.start(directory, first.port())) {
                watch.within(Site.LIMIT).forEach(events::add);
                assertThat(events).as("events on %s", second.bootstrapServers()).isEqualTo(site.journal("followed"));
                assertThat(outcome.get()).isInstanceOf(RunOutcome.Completed.class);
                site.stopWorkers();
            }
        } finally {
            first.close();
        }
    }

    @Test
    void saysThatKafkaStaysAwayAndGoesOnWhenItIsBackAfterAll(@TempDir Path directory) {
        EmbeddedKafka first = EmbeddedKafka.start(directory, 0);
        try (Site site = Site.openOn(first.bootstrapServers());
                PostroadClient hasty = new PostroadClient(
                        Map.of("bootstrap.servers", first.bootstrapServers()), site.topics(), Duration.ofSeconds(3));
                RunWatch watch = hasty.watch("deserted")) {
            triggerARunThatStops(site, "deserted");
            List<RunEvent> events = new ArrayList<>();
            while (events.size() < 3) {
                watch.poll(Site.LIMIT).ifPresent(events::add);
            }
            first.close();
            assertThatThrownBy(() -> watch.within(Site.LIMIT).forEach(events::add))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll(first.bootstrapServers(), "could not be reached for PT3S");
            goOn.countDown();
            site.ended("deserted");
            try (EmbeddedKafka second = EmbeddedKafka.start(directory, first.port())) {
                watch.within(Site.LIMIT).forEach(events::add);
                assertThat(events).as("events on %s", second.bootstrapServers()).isEqualTo(site.journal("deserted"));
                site.stopWorkers();
            }
        } finally {
            first.close();
        }
    }

    @Test
    void followsARunIntoAPartitionThatIsAddedToTheTopic() throws Exception {
        String servers = Servers.get().kafkaBootstrapServers();
        String runId = IntStream.range(0, 100)
                .mapToObj(i -> "moves-" + i)
                .filter(id -> partition(id, 8) >= 4)
                .findFirst()
                .orElseThrow();
        try (Site site = Site.open(4);
                Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
                PostroadClient client = new PostroadClient(
                        Map.of("bootstrap.servers", servers, "metadata.max.age.ms", "200"), site.topics());
                RunWatch watch = client.watch(runId)) {
            triggerARunThatStops(site, runId);
            admin.createPartitions(Map.of(site.topics().events(), NewPartitions.increaseTo(8)))
                    .all()
                    .get();
            int[] others = {0};
            Site.await("events go to a partition that was added", () -> {
                site.trigger("asking", "other-" + others[0]++, "{}");
                return site.records(site.topics().events()).stream().anyMatch(record -> record.partition() >= 4);
            });
            goOn.countDown();
            List<RunEvent> events = new ArrayList<>();
            watch.within(Site.LIMIT).forEach(events::add);
            assertThat(events).isEqualTo(site.ended(runId));
        }
    }

    private void triggerARunThatStops(Site site, String runId) {
        site.worker(Map.of("POSTROAD_KAFKA_METADATA_MAX_AGE_MS", "200"));
        site.apply(ASKING);
        PuppetAgent.play(runId, call -> {
            goOn.await();
            return PuppetAgent.nothing();
        });
        site.trigger("asking", runId, "{}");
        Site.await("the agent works", () -> !PuppetAgent.calls(runId).isEmpty());
    }

    private static int partition(String runId, int partitions) {
        return Utils.toPositive(Utils.murmur2(Site.bytes(runId))) % partitions;
    }
}
