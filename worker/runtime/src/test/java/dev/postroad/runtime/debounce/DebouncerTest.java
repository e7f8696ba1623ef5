package dev.postroad.runtime.debounce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Triggers whose time is over while Kafka takes nothing, on a real Postgres. */
@NullMarked
class DebouncerTest {
    private static final Site SITE = Site.open();

    private final DebouncedTriggers triggers = new DebouncedTriggers(SITE.sql(), InstantSource.system());
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void whatIsOnItsWayIsSentAgainOnlyWhenItIsGivenUp() {
        try (Debouncer debouncer = new Debouncer(
                new DueTriggers(SITE.sql(), InstantSource.system()),
                () -> Set.of(0),
                producer,
                "triggers",
                InstantSource.system())) {
            hold("first", 0);
            debouncer.start();
            awaitSent("first");
            hold("second", 1);
            awaitSent("first", "second");
            assertThat(producer.errorNext(new TimeoutException("given up"))).isTrue();
            awaitSent("first", "second", "first");
            assertThat(producer.completeNext()).isTrue();
            assertThat(producer.completeNext()).isTrue();
            Site.await(
                    "both are noted",
                    () -> SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE sent") == 2);
            hold("third", 2);
            awaitSent("first", "second", "first", "third");
        }
    }

    /** Each comes in a later round than the one before, so what would be sent in every round would be here, too. */
    private void awaitSent(String... runs) {
        Site.await("all are sent", () -> producer.history().size() >= runs.length);
        assertThat(producer.history()).extracting(ProducerRecord::key).containsExactly(runs);
    }

    private void hold(String runId, int place) {
        triggers.take(List.of(new Arrival(
                new HeldTrigger(
                        "graph/g",
                        runId,
                        runId,
                        Instant.EPOCH,
                        Duration.ofMillis(1),
                        Trigger.of("g", runId, JsonNodeFactory.instance.objectNode()),
                        null,
                        new Origin("triggers", 0, place)),
                0,
                100)));
    }
}
