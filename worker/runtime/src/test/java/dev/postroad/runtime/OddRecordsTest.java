package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Graphs;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records that no client of ours sends, but that Kafka takes from anyone. */
@NullMarked
class OddRecordsTest {
    private static final byte[] NOT_UTF_8 = {'"', (byte) 0xC3, '('};

    private static ProducerRecord<byte[], byte[]> record(String topic, byte @Nullable [] key, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, 0, key, value);
    }

    private static List<ProducerRecord<byte[], byte[]>> oddlyMarked(String topic, byte[] key, byte[] value) {
        List<ProducerRecord<byte[], byte[]>> odd = new ArrayList<>();
        List<byte @Nullable []> marks = new ArrayList<>();
        marks.add(null);
        marks.add(new byte[0]);
        marks.add(NOT_UTF_8);
        marks.add(Site.bytes("x".repeat(201)));
        marks.add(Site.bytes("x".repeat(7_000)));
        marks.add(Site.bytes("a\0b"));
        for (byte[] mark : marks) {
            ProducerRecord<byte[], byte[]> record = record(topic, key, value);
            record.headers().add(EventHeaders.COMMAND_ID, Site.bytes("sound")).add(EventHeaders.COMMAND_ID, mark);
            odd.add(record);
        }
        return odd;
    }

    @Test
    void aControlMessageWithAnUnfitHeaderIsKeptAndControlGoesOn() {
        try (Site site = Site.open(1)) {
            site.worker();
            site.apply(Graphs.COUNT);
            String control = site.topics().control();
            List<ProducerRecord<byte[], byte[]>> odd =
                    oddlyMarked(control, Site.bytes("nobody"), Site.bytes("{'type': 'cancel'}"));
            site.sendAll(odd);
            Site.await(
                    "all are kept",
                    () -> site.records(site.topics().deadLetters()).size() == odd.size());
            assertThat(site.records(site.topics().deadLetters()))
                    .allSatisfy(letter -> assertThat(Site.header(letter, EventHeaders.DEAD_LETTER_REASON))
                            .contains("the header postroad-command-id")
                            .contains("leave it out, or send 1 to 200 characters"));
            assertThat(site.number("SELECT count(*) FROM postroad.pending_commands"))
                    .isZero();
            site.trigger("count", "sound", "{}");
            site.ended("sound");
            site.send(control, Site.bytes("sound"), Site.bytes("{'type': 'cancel'}"));
            site.journalWith("sound", event -> event.type() == EventType.COMMAND_REJECTED);
            Site.await("all is committed", site::controlIsCommitted);
        }
    }

    @Test
    void headersAndKeysOfAnyKindHoldUpNoTopic() {
        try (Site site = Site.open(1)) {
            site.worker();
            site.apply(Graphs.COUNT);
            for (String topic : List.of(
                    site.topics().triggers(),
                    site.topics().control(),
                    site.topics().registry())) {
                List<byte @Nullable []> keys = new ArrayList<>();
                keys.add(new byte[0]);
                keys.add(NOT_UTF_8);
                keys.add(Site.bytes("agent/\0"));
                keys.add(Site.bytes("graph/" + "k".repeat(900_000)));
                if (!topic.equals(site.topics().registry())) {
                    keys.add(null);
                }
                for (byte[] key : keys) {
                    ProducerRecord<byte[], byte[]> tombstone = record(topic, key, null);
                    tombstone
                            .headers()
                            .add("odd", null)
                            .add("odd", NOT_UTF_8)
                            .add("traceparent", null)
                            .add("", null);
                    site.send(tombstone);
                    site.send(record(topic, key, Site.bytes("{'type': 'cancel', 'graph': 'g', 'runId': 'a\\u0000'}")));
                }
            }
            int bad = 2 * (5 + 5 + 4);
            Site.await(
                    "all are kept",
                    () -> site.records(site.topics().deadLetters()).size() >= bad);
            site.apply(Graphs.COUNT.replace("'n': 1", "'n': 2"));
            Site.await(
                    "the registry is followed",
                    () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'count'") == 2);
            site.trigger("count", "sound", "{}");
            site.ended("sound");
            site.send(site.topics().control(), Site.bytes("sound"), Site.bytes("{'type': 'cancel'}"));
            site.journalWith("sound", event -> event.type() == EventType.COMMAND_REJECTED);
        }
    }

    @Test
    void aGraphsNameOfAnyLengthIsAnswered() {
        try (Site site = Site.open(1)) {
            site.worker();
            site.apply(Graphs.COUNT);
            site.send(
                    site.topics().triggers(),
                    Site.bytes("long-name"),
                    Site.bytes("{'graph': '" + "g".repeat(1_000_000) + "'}"));
            Site.await("it is answered", () -> !site.published("long-name").isEmpty());
            assertThat(site.published("long-name").getFirst().type()).isEqualTo(EventType.TRIGGER_REJECTED);
            Site.await(
                    "it is kept",
                    () -> !site.records(site.topics().deadLetters()).isEmpty());
        }
    }

    @Test
    void aCommandThatCannotBeKeptOnceIsKeptLaterAndIsNotOvertaken() {
        try (Site site = Site.open(1)) {
            site.worker();
            site.apply(Graphs.ASKING);
            site.sql().useHandle(handle -> handle.execute("""
                CREATE TABLE broken (); INSERT INTO broken DEFAULT VALUES;
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.command->>'type' = 'pause' AND EXISTS (SELECT FROM broken) THEN
                        RAISE 'no room is left' USING ERRCODE = '53100';
                    END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER fail BEFORE INSERT ON postroad.pending_commands FOR EACH ROW EXECUTE FUNCTION fail()\
                """));
            site.send(site.topics().control(), Site.bytes("not-here-yet"), Site.bytes("{'type': 'pause'}"));
            site.send(site.topics().control(), Site.bytes("not-here-yet"), Site.bytes("{'type': 'unpause'}"));
            site.send(site.topics().control(), Site.bytes("another"), Site.bytes("{'type': 'cancel'}"));
            Site.await("what has nothing to do with it is kept", () -> keptOf(site, "another") == 1);
            assertThat(keptOf(site, "not-here-yet")).isZero();
            assertThat(site.controlIsCommitted()).isFalse();
            site.sql().useHandle(handle -> handle.execute("DELETE FROM broken"));
            Site.await("it is committed", site::controlIsCommitted);
            assertThat(keptOf(site, "not-here-yet")).isEqualTo(2);
            assertThat(site.records(site.topics().deadLetters())).isEmpty();
            site.trigger("asking", "not-here-yet", "{}");
            assertThat(site.ended("not-here-yet"))
                    .extracting(RunEvent::type)
                    .containsSubsequence(EventType.RUN_PAUSING, EventType.RUN_UNPAUSED)
                    .doesNotContain(EventType.COMMAND_REJECTED)
                    .endsWith(EventType.RUN_COMPLETED);
        }
    }

    private static long keptOf(Site site, String runId) {
        return site.number("SELECT count(*) FROM postroad.pending_commands WHERE run_id = ?", runId);
    }

    @Test
    void aDeadLetterThatCannotBeWrittenOnceIsWrittenLater() throws Exception {
        try (Site site = Site.open(1);
                Admin admin = Admin.create(Map.of("bootstrap.servers", site.kafka()))) {
            site.worker();
            site.apply(Graphs.COUNT);
            admin.deleteTopics(List.of(site.topics().deadLetters())).all().get();
            for (int i = 0; i < 20; i++) {
                site.send(site.topics().triggers(), null, Site.bytes("hello " + i));
            }
            site.trigger("count", "behind", "{}");
            site.ended("behind");
            site.makeTopic(site.topics().deadLetters(), 1);
            Site.await(
                    "all are kept",
                    () -> site.records(site.topics().deadLetters()).size() == 20);
            Site.await("all is committed", () -> site.triggersAreCommitted(admin));
        }
    }

    private static KafkaProducer<byte[], byte[]> transactional(Site site, String id) {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        site.kafka(),
                        "transactional.id",
                        site.topics().prefix() + id),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    @Test
    void whatATransactionTookBackDoesNotRun() throws Exception {
        try (Site site = Site.open(1);
                Admin admin = Admin.create(Map.of("bootstrap.servers", site.kafka()))) {
            site.worker();
            site.apply(Graphs.ASKING);
            PuppetAgent.play("kept", call -> PuppetAgent.nothing());
            try (KafkaProducer<byte[], byte[]> producer = transactional(site, "a")) {
                var _ = producer.send(
                        record(site.topics().triggers(), Site.bytes("taken-back"), Site.bytes("{'graph': 'asking'}")));
                var _ = producer.send(
                        record(site.topics().control(), Site.bytes("kept"), Site.bytes("{'type': 'cancel'}")));
                var _ = producer.send(record(site.topics().registry(), Site.bytes("graph/asking"), null));
                producer.flush();
                producer.abortTransaction();
                producer.beginTransaction();
                var _ = producer.send(
                        record(site.topics().triggers(), Site.bytes("kept"), Site.bytes("{'graph': 'asking'}")));
                producer.commitTransaction();
            }
            assertThat(site.ended("kept").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            Site.await("behind the marker nothing waits", () -> site.triggersAreCommitted(admin));
            assertThat(site.history().find("taken-back")).isEmpty();
            assertThat(site.number("SELECT count(*) FROM postroad.pending_commands"))
                    .isZero();
            assertThat(site.records(site.topics().deadLetters())).isEmpty();
        }
    }

    @Test
    void anOpenTransactionOnTheRegistryHoldsUpNobody() {
        try (Site site = Site.open(1)) {
            Worker worker = site.worker();
            site.apply(Graphs.COUNT);
            try (KafkaProducer<byte[], byte[]> producer = transactional(site, "open")) {
                var _ = producer.send(record(
                        site.topics().registry(),
                        Site.bytes("graph/other"),
                        Site.bytes("{'graph': 'other', 'state': {'n': {'reducer': 'sum'}}, 'nodes': {'add': {'set':"
                                + " '{}'}}, 'edges': [{'from': 'START', 'to': 'add'}, {'from': 'add', 'to':"
                                + " 'END'}]}")));
                producer.flush();
                site.trigger("other", "too-early", "{}");
                Site.await("it is answered", () -> !site.published("too-early").isEmpty());
                assertThat(site.published("too-early").getFirst().type()).isEqualTo(EventType.TRIGGER_REJECTED);
                assertThat(worker.isReady()).isTrue();
                producer.commitTransaction();
            }
            Site.await(
                    "it is published",
                    () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'other'") == 1);
            site.trigger("other", "in-time", "{}");
            assertThat(site.ended("in-time").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        }
    }
}
