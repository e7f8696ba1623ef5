package dev.postroad.runtime.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullMarked
final class ProvisioningTest {
    private final Servers servers = Servers.get();
    private final String prefix = "p" + UUID.randomUUID().toString().substring(0, 8) + ".";
    private final Admin kafka = Admin.create(Map.of("bootstrap.servers", servers.kafkaBootstrapServers()));

    @AfterEach
    void close() {
        kafka.close();
    }

    @Test
    void makesSchemaAndTopicsOnce() throws Exception {
        Provisioning.migrate(settings(Map.of()));
        Map<String, Integer> made = partitions();
        assertThat(made)
                .containsExactly(
                        Map.entry("agent-events", 1),
                        Map.entry("agent-results", 3),
                        Map.entry("control", 3),
                        Map.entry("dead-letters", 1),
                        Map.entry("events", 3),
                        Map.entry("output", 3),
                        Map.entry("registry", 1),
                        Map.entry("triggers", 3));
        assertThat(setting("registry", "cleanup.policy")).isEqualTo("compact");
        assertThat(setting("registry", "message.timestamp.type")).isEqualTo("LogAppendTime");
        assertThat(setting("dead-letters", "max.message.bytes")).isEqualTo("2097152");

        Provisioning.migrate(settings(Map.of("POSTROAD_PARTITIONS", "7")));
        assertThat(partitions()).isEqualTo(made);
    }

    @Test
    void givesANewTopicOfShardsAsManyPartitionsAsTheOthersHave() throws Exception {
        make("triggers", 5);
        Provisioning.checkTopics(settings(Map.of()));
        assertThat(partitions())
                .containsEntry("control", 5)
                .containsEntry("agent-results", 5)
                .containsEntry("events", 3);
    }

    @Test
    void refusesTopicsOfShardsThatDiffer() throws Exception {
        make("triggers", 5);
        make("control", 2);
        assertThatThrownBy(() -> Provisioning.checkTopics(settings(Map.of())))
                .isInstanceOf(ProvisioningException.class)
                .hasMessageContaining(prefix + "triggers has 5, " + prefix + "control has 2, " + prefix
                        + "agent-results has 5; give each 5 with");
    }

    @Test
    void namesTheAddressOfPostgresThatCannotBeReached() {
        assertThatThrownBy(() -> Provisioning.migrate(settings(
                        Map.of("POSTROAD_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/postroad?password=hidden"))))
                .isInstanceOf(ProvisioningException.class)
                .hasMessageStartingWith("Postgres at jdbc:postgresql://127.0.0.1:1/postroad cannot be used");
    }

    @Test
    @Timeout(120)
    void doesNotWaitForEverForServersThatTakeConnectionsAndSayNothing() {
        try (Relay mute = Relay.silent()) {
            String address = "127.0.0.1:" + mute.port();
            assertThatThrownBy(() -> Provisioning.migrate(
                            settings(Map.of("POSTROAD_POSTGRES_URL", "jdbc:postgresql://" + address + "/postroad"))))
                    .isInstanceOf(ProvisioningException.class)
                    .hasMessageStartingWith("Postgres at jdbc:postgresql://" + address + "/postroad cannot be used");
            assertThatThrownBy(() -> Provisioning.migrate(settings(
                            Map.of("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", address, "POSTROAD_START_LIMIT", "PT5S"))))
                    .isInstanceOf(ProvisioningException.class)
                    .hasMessageContaining(address);
        }
    }

    @Test
    void namesAnAddressOfKafkaThatIsNone() {
        assertThatThrownBy(() -> Provisioning.checkTopics(
                        settings(Map.of("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "no.such.host.invalid:9092"))))
                .isInstanceOf(ProvisioningException.class)
                .hasMessageContaining("no.such.host.invalid:9092");
    }

    private WorkerSettings settings(Map<String, String> more) throws FaultsException {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS", servers.kafkaBootstrapServers(),
                "POSTROAD_POSTGRES_URL", servers.postgresUrl(),
                "POSTROAD_POSTGRES_USER", servers.postgresUser(),
                "POSTROAD_TOPIC_PREFIX", prefix,
                "POSTROAD_PARTITIONS", "3"));
        environment.putAll(more);
        return WorkerSettings.read(environment);
    }

    private void make(String topic, int partitions) throws ExecutionException, InterruptedException {
        kafka.createTopics(Set.of(new NewTopic(prefix + topic, Optional.of(partitions), Optional.empty())))
                .all()
                .get();
        // A topic that was made is not at once known to whoever asks.
        Site.await(
                topic + " can be seen", () -> kafka.listTopics().names().get().contains(prefix + topic));
    }

    private Map<String, Integer> partitions() throws ExecutionException, InterruptedException {
        List<String> ours = kafka.listTopics().names().get().stream()
                .filter(name -> name.startsWith(prefix))
                .toList();
        Map<String, Integer> counts = new TreeMap<>();
        kafka.describeTopics(ours)
                .allTopicNames()
                .get()
                .forEach((name, topic) -> counts.put(
                        name.substring(prefix.length()), topic.partitions().size()));
        return counts;
    }

    private String setting(String topic, String name) throws ExecutionException, InterruptedException {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, prefix + topic);
        return kafka.describeConfigs(Set.of(resource))
                .all()
                .get()
                .values()
                .iterator()
                .next()
                .get(name)
                .value();
    }
}
