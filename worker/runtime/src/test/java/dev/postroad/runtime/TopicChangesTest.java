package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.testing.Graphs;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Topics are deleted, made anew and get more partitions while workers run, and while they do not. */
@NullMarked
class TopicChangesTest {
    private static final int OLD = 5;
    private static final int NEW = 20;

    private static Admin admin(Site site) {
        return Admin.create(Map.of("bootstrap.servers", site.kafka()));
    }

    private static void delete(Admin admin, String topic) throws InterruptedException, ExecutionException {
        admin.deleteTopics(List.of(topic)).all().get();
        Site.await(topic + " is gone", () -> !admin.listTopics().names().get().contains(topic));
    }

    /** Half of them without a run id. */
    private static List<ProducerRecord<byte[], byte[]>> triggers(Site site, String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<>(
                        site.topics().triggers(),
                        0,
                        i % 2 == 0 ? null : Site.bytes(name + i),
                        Site.bytes("{'graph': 'count', 'tags': {'name': '" + name + i + "'}}")))
                .toList();
    }

    private static long completed(Site site, String name) {
        return site.number("""
            SELECT count(*) FROM postroad.runs
            WHERE status = 'completed' AND tags ->> 'name' LIKE ?\
            """, name + "%");
    }

    private static void awaitEachOnce(Site site, String name, int count) {
        Site.await("all of " + name + " have run", () -> completed(site, name) >= count);
        assertThat(site.number("""
            SELECT count(DISTINCT tags ->> 'name') FROM postroad.runs WHERE tags ->> 'name' LIKE ?\
            """, name + "%")).isEqualTo(count);
        assertThat(completed(site, name)).isEqualTo(count);
        assertThat(site.records(site.topics().deadLetters())).isEmpty();
    }

    @Test
    void triggersOfATopicThatIsMadeAnewBelowRunningWorkersRunOnce() throws Exception {
        try (Site site = Site.open(1);
                Admin admin = admin(site)) {
            site.worker();
            site.apply(Graphs.COUNT);
            site.sendAll(triggers(site, "old", OLD));
            awaitEachOnce(site, "old", OLD);
            for (String name : List.of("new", "newest")) {
                admin.deleteTopics(List.of(site.topics().triggers())).all().get();
                site.makeTopic(site.topics().triggers(), 1);
                site.sendAll(triggers(site, name, NEW));
                awaitEachOnce(site, name, NEW);
            }
            Site.await("all is committed", () -> site.triggersAreCommitted(admin));
            assertThat(site.published("old1").stream().filter(event -> event.seq() == 0))
                    .isEmpty();
        }
    }

    @Test
    void triggersOfATopicThatIsMadeAnewWhileNoWorkerRunsRunOnce() throws Exception {
        try (Site site = Site.open(1);
                Admin admin = admin(site)) {
            site.worker();
            site.apply(Graphs.COUNT);
            site.sendAll(triggers(site, "old", OLD));
            awaitEachOnce(site, "old", OLD);
            site.stopWorkers();
            delete(admin, site.topics().triggers());
            site.makeTopic(site.topics().triggers(), 1);
            site.sendAll(triggers(site, "new", NEW));
            // As a worker leaves it that was told too late.
            TopicPartition partition = new TopicPartition(site.topics().triggers(), 0);
            OffsetAndMetadata late =
                    new OffsetAndMetadata(OLD, Uuid.randomUuid().toString());
            admin.alterConsumerGroupOffsets(site.settings(Map.of()).group(), Map.of(partition, late))
                    .all()
                    .get();
            site.worker();
            awaitEachOnce(site, "new", NEW);
            site.stopWorkers();
            site.worker();
            Site.await("all is committed", () -> site.triggersAreCommitted(admin));
            awaitEachOnce(site, "new", NEW);
        }
    }

    @Test
    void commandsOfAControlTopicThatIsMadeAnewAreNoRepeats() throws Exception {
        try (Site site = Site.open(1);
                Admin admin = admin(site)) {
            site.worker();
            site.apply(Graphs.COUNT);
            site.trigger("count", "counted", "{}");
            site.ended("counted");
            for (int round = 1; round <= 2; round++) {
                site.control("counted", new Control.Continue((ObjectNode) Site.json("{}"), WhenBusy.ENQUEUE));
                int rounds = round;
                Site.await(
                        "it was continued",
                        () -> site.journal("counted").stream()
                                        .filter(event -> event.type() == EventType.RUN_CONTINUED)
                                        .count()
                                == rounds);
                site.ended("counted");
                delete(admin, site.topics().control());
                site.makeTopic(site.topics().control(), 1);
            }
        }
    }

    @Test
    void partitionsThatAreAddedAreReadAndControlMayHaveFewerForAWhile() throws Exception {
        try (Site site = Site.open(2);
                Admin admin = admin(site)) {
            site.workers(2);
            site.apply(Graphs.ASKING);
            CountDownLatch never = new CountDownLatch(1);
            PuppetAgent.play("added", call -> {
                never.await();
                return PuppetAgent.nothing();
            });
            admin.createPartitions(Map.of(site.topics().triggers(), NewPartitions.increaseTo(4)))
                    .all()
                    .get();
            site.send(new ProducerRecord<>(
                    site.topics().triggers(), 3, Site.bytes("added"), Site.bytes("{'graph': 'asking'}")));
            site.journalWith("added", event -> event.type() == EventType.NODE_STARTED);
            site.send(new ProducerRecord<>(
                    site.topics().control(), 0, Site.bytes("added"), Site.bytes("{'type': 'cancel'}")));
            admin.createPartitions(Map.of(
                            site.topics().control(), NewPartitions.increaseTo(4),
                            site.topics().registry(), NewPartitions.increaseTo(2)))
                    .all()
                    .get();
            assertThat(site.ended("added").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
            site.send(new ProducerRecord<>(
                    site.topics().registry(),
                    1,
                    Site.bytes("graph/count"),
                    Json.bytes(Definitions.readAll(Graphs.COUNT).getFirst().source())));
            Site.await(
                    "it is published",
                    () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'count'") == 1);
        }
    }

    @Test
    void topicsThatAreAwayForATimeAreWaitedForWithFewWords() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        try (Site site = Site.open(4);
                Admin admin = admin(site)) {
            Worker worker = site.worker();
            site.apply(Graphs.COUNT);
            site.trigger("count", "before", "{}");
            site.ended("before");
            List<String> topics = List.of(
                    site.topics().control(),
                    site.topics().registry(),
                    site.topics().triggers());
            root.addAppender(log);
            for (String topic : topics) {
                delete(admin, topic);
            }
            Site.await(
                    "it is told",
                    () -> warnings(log).stream()
                                    .filter(line -> line.contains("there is no topic"))
                                    .count()
                            >= topics.size());
            for (int i = 0; i < 100; i++) {
                // Looks a while at how much is said.
                admin.listTopics().names().get();
                site.number("SELECT count(*) FROM postroad.runs, pg_sleep(0.02)");
            }
            root.detachAppender(log);
            assertThat(warnings(log)).hasSizeLessThan(300);
            site.makeTopic(site.topics().registry(), 1);
            site.makeTopic(site.topics().triggers(), 4);
            site.makeTopic(site.topics().control(), 4);
            site.apply(Graphs.COUNT.replace("graph: count", "graph: again"));
            site.trigger("again", "after", "{}");
            assertThat(site.ended("after").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            site.control("after", new Control.Cancel(null));
            site.journalWith("after", event -> event.type() == EventType.COMMAND_REJECTED);
            assertThat(site.history().find("after").orElseThrow().status()).isEqualTo(RunStatus.COMPLETED);
            Site.await("it is ready", worker::isReady);
        } finally {
            root.detachAppender(log);
        }
    }

    private static List<String> warnings(ListAppender<ILoggingEvent> log) {
        return new ArrayList<>(log.list)
                .stream()
                        .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList();
    }
}
