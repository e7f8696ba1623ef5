package dev.postroad.runtime.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.Site;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A reader on a real Kafka, with a handler that fails in every way. */
@NullMarked
class PartitionReaderTest {
    private final Site site = Site.open(1);
    private final ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile long turn;

    /** One partition, whose turn the test sets. */
    private final class OnePartition implements Assignment {
        private @Nullable Pages pages;

        @Override
        public void begin(Consumer<byte[], byte[]> consumer, Pages told) {
            pages = told;
        }

        @Override
        public void follow(Consumer<byte[], byte[]> consumer, int partitions) {
            Collection<TopicPartition> one =
                    List.of(new TopicPartition(site.topics().triggers(), 0));
            if (consumer.assignment().isEmpty() && partitions > 0 && pages != null) {
                consumer.assign(one);
                pages.open(one);
            }
        }

        @Override
        public Long turn(int partition) {
            return turn;
        }

        @Override
        public boolean keepsPlace() {
            return true;
        }
    }

    private PartitionReader reader(TopicLook look, RecordHandler handler) {
        PartitionReader reader = new PartitionReader(
                "test-reader",
                "tests",
                site.topics().triggers(),
                new PartitionReader.Collaborators(
                        new Consumers(
                                Map.of("bootstrap.servers", site.kafka()),
                                Map.of("group.id", site.topics().prefix() + "test"),
                                consumer -> () -> {}),
                        look,
                        new OnePartition(),
                        handler,
                        (incoming, reason, kept) -> {
                            refused.put(text(incoming), reason);
                            kept.run();
                        }),
                Duration.ofMillis(2),
                InstantSource.system());
        reader.start();
        return reader;
    }

    private static String text(Incoming incoming) {
        return new String(incoming.record().value(), StandardCharsets.UTF_8);
    }

    private void send(String... values) {
        for (String value : values) {
            site.send(site.topics().triggers(), null, Site.bytes(value));
        }
    }

    private RecordHandler.Reception takeOrFail(Incoming incoming) {
        switch (text(incoming)) {
            case "exception" -> throw new IllegalStateException("by the test");
            case "memory" -> throw new OutOfMemoryError("by the test");
            case "stack" -> throw new StackOverflowError("by the test");
            case "linkage" -> throw new NoClassDefFoundError("by the test");
            case "assertion" -> throw new AssertionError("by the test");
            case "unfit" -> throw sql("22021");
            case "away" -> failSome(sql("08006"));
            case "forbidden" -> failSome(new TopicAuthorizationException("by the test"));
            case "doubtful" -> throw sql("XX000");
            default -> taken.add(text(incoming));
        }
        incoming.done();
        return RecordHandler.Reception.TAKEN;
    }

    private static RuntimeException sql(String state) {
        return new UnableToExecuteStatementException(new SQLException("by the test", state), null);
    }

    private void failSome(RuntimeException failure) {
        if (failures.incrementAndGet() % 5 != 0) {
            throw failure;
        }
    }

    @Test
    void whateverAHandlerThrowsIsTheReasonOfADeadLetterAndTheRestIsTaken() {
        try (site;
                TopicLook look = new TopicLook(Map.of("bootstrap.servers", site.kafka()));
                PartitionReader reader = reader(look, this::takeOrFail)) {
            send("exception", "memory", "stack", "linkage", "assertion", "unfit", "away", "forbidden", "sound");
            Site.await("what is behind is taken", () -> taken.contains("sound"));
            assertThat(refused)
                    .containsOnlyKeys("exception", "memory", "stack", "linkage", "assertion", "unfit")
                    .allSatisfy((value, reason) -> assertThat(reason)
                            .startsWith("it cannot be dealt with: ")
                            .endsWith("by the test"));
            send("doubtful", "last");
            Site.await("it was tried a few times", () -> taken.contains("last"));
            assertThat(refused).containsKey("doubtful");
            assertThat(reader.isAlive()).isTrue();
            assertThat(reader.problem()).isNull();
        }
    }

    @Test
    void whatIsToBeDoneLaterIsTriedUntilItIsDoneAndReadAgainInAnotherTurn() {
        try (site;
                TopicLook look = new TopicLook(Map.of("bootstrap.servers", site.kafka()));
                PartitionReader _ = reader(look, incoming -> {
                    taken.add(text(incoming));
                    if (text(incoming).equals("later")) {
                        incoming.settle(text(incoming), () -> {
                            failSome(sql("57P01"));
                            incoming.done();
                        });
                    } else if (turn > 0) {
                        incoming.done();
                    }
                    return RecordHandler.Reception.TAKEN;
                })) {
            send("later", "dropped");
            Site.await("it was tried again", () -> failures.get() == 5 && taken.size() == 2);
            turn = 1;
            Site.await("what was dropped is read again", () -> taken.size() == 3);
            assertThat(taken).containsExactly("later", "dropped", "dropped");
            assertThat(refused).isEmpty();
        }
    }

    @Test
    void whatCannotBeJudgedYetHoldsUpOnlyWhatHasItsKey() {
        AtomicInteger known = new AtomicInteger();
        try (site;
                TopicLook look = new TopicLook(Map.of("bootstrap.servers", site.kafka()));
                PartitionReader _ = reader(look, incoming -> {
                    if (text(incoming).startsWith("unknown") && known.get() == 0) {
                        return RecordHandler.Reception.NOT_YET;
                    }
                    taken.add(text(incoming));
                    incoming.done();
                    return RecordHandler.Reception.TAKEN;
                })) {
            site.send(site.topics().triggers(), Site.bytes("a"), Site.bytes("unknown 1"));
            site.send(site.topics().triggers(), Site.bytes("a"), Site.bytes("after unknown 1"));
            send("unknown 2", "sound");
            site.send(site.topics().triggers(), Site.bytes("b"), Site.bytes("sound too"));
            Site.await("others are taken", () -> taken.size() == 2);
            assertThat(taken).containsExactly("sound", "sound too");
            known.set(1);
            Site.await("the rest is taken", () -> taken.size() == 5);
            assertThat(taken).containsExactly("sound", "sound too", "unknown 1", "after unknown 1", "unknown 2");
        }
    }
}
