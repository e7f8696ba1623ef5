package dev.postroad.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.SetClock;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trigger waits that can be read, and nothing else does, whatever else Kafka counts. */
@NullMarked
class TriggerLagTest {
    private static final PartHealth OK = new PartHealth.Ok();

    private final Site site = Site.open(2);
    private final SetClock clock = new SetClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Map<String, String> kafka = site.settings(Map.of()).kafka();
    private final String group = "lag-" + site.topics().prefix();
    private final TriggerLag lag = new TriggerLag(kafka, site.topics().triggers(), group, clock);
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of(
                    "bootstrap.servers",
                    String.valueOf(kafka.get("bootstrap.servers")),
                    "transactional.id",
                    "lag-" + site.topics().prefix()),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    @BeforeEach
    void begin() {
        producer.initTransactions();
    }

    @AfterEach
    void close() {
        producer.close(Duration.ZERO);
        lag.close();
        site.close();
    }

    private void send(String runId) {
        String trigger = "{'graph': 'quick', 'runId': '" + runId + "', 'input': {}}";
        var _ = producer.send(new ProducerRecord<>(site.topics().triggers(), 0, null, Site.bytes(trigger)));
        producer.flush();
    }

    private void commitTransaction(String runId) {
        producer.beginTransaction();
        send(runId);
        producer.commitTransaction();
    }

    private void abortTransaction(String runId) {
        producer.beginTransaction();
        send(runId);
        producer.abortTransaction();
    }

    /** As workers do it: the offset behind the last record that they read. */
    private void commitOffset(long offset) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.copyOf(kafka))) {
            admin.alterConsumerGroupOffsets(
                            group,
                            Map.of(new TopicPartition(site.topics().triggers(), 0), new OffsetAndMetadata(offset)))
                    .all()
                    .get();
        }
    }

    /** What is seen when nothing has changed for longer than any shard may stand still. */
    private PartHealth atLength() throws UnansweredException, InterruptedException {
        PartHealth seen = OK;
        for (int i = 0; i < 4; i++) {
            seen = lag.look();
            clock.pass(LagJudge.LONGEST_STANDSTILL);
        }
        return seen;
    }

    @Test
    void theMarkerOfATransactionIsNoTriggerThatWaits() throws Exception {
        commitTransaction("one");
        commitOffset(1);
        assertThat(atLength()).isEqualTo(OK);
        commitTransaction("two");
        commitOffset(3);
        assertThat(atLength()).isEqualTo(OK);
    }

    @Test
    void whatWasAbortedDoesNotWaitAndWhatComesBehindItDoes() throws Exception {
        commitTransaction("one");
        commitOffset(1);
        abortTransaction("two");
        abortTransaction("three");
        assertThat(atLength()).isEqualTo(OK);
        commitTransaction("four");
        assertThat(atLength().state()).isEqualTo(HealthState.DEGRADED);
        assertThat(lag.waiting(Set.of(0))).isPositive().isEqualTo(lag.waiting());
        assertThat(lag.waiting(Set.of(1))).isZero();
    }

    @Test
    void aTransactionThatIsOpenIsNotWaitedForUntilItIsCommitted() throws Exception {
        commitTransaction("one");
        commitOffset(1);
        producer.beginTransaction();
        send("two");
        assertThat(atLength()).isEqualTo(OK);
        producer.commitTransaction();
        Site.await("the trigger is seen to wait", () -> atLength().state() == HealthState.DEGRADED);
        commitOffset(3);
        assertThat(atLength()).isEqualTo(OK);
    }

    @Test
    void aTriggerThatNobodyEverReadWaitsThoughTheGroupCommittedNothing() throws Exception {
        abortTransaction("one");
        assertThat(atLength()).isEqualTo(OK);
        commitTransaction("two");
        assertThat(atLength().state()).isEqualTo(HealthState.DEGRADED);
    }

    @Test
    void aWorkerThatHasReadAllIsWellThoughItsTriggersCameInTransactions() throws Exception {
        site.worker(Map.of("POSTROAD_GROUP", group));
        site.apply("""
            graph: quick
            state: { n: {} }
            nodes: { set: { set: "{'n': 1}" } }
            edges: [ { from: START, to: set }, { from: set, to: END } ]
            """);
        Site.await("the graph is there", () -> site.number("SELECT count(*) FROM postroad.graphs") == 1);
        List.of("a", "b", "c").forEach(this::commitTransaction);
        abortTransaction("d");
        List.of("a", "b", "c").forEach(site::ended);
        Site.await("all is read", () -> atLength().equals(OK));
    }
}
