package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Debounce;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Triggers of which the last of a key within a time runs. */
@NullMarked
class DebounceTest {
    private static final Site SITE = Site.open();

    @BeforeAll
    static void start() {
        SITE.apply("""
            graph: quick
            state: { log: { reducer: append } }
            nodes: { note: { set: "{'log': ['done']}" } }
            edges: [{ from: START, to: note }, { from: note, to: END }]
            """);
        SITE.workers(2);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void theLastOfManyRunsOverTwoWorkersAndTheOthersAreSuperseded() {
        List<String> runs = IntStream.range(0, 12).mapToObj(i -> "many-" + i).toList();
        // A worker that is slow to read the last of them must not find that the time of those before is over.
        runs.forEach(run -> trigger(run, "many", Duration.ofHours(1)));
        trigger("other", "another-key", Duration.ofSeconds(1));
        assertThat(SITE.ended("other").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        for (String run : runs.subList(0, 11)) {
            Site.await(
                    run + " is superseded",
                    () -> SITE.published(run).stream()
                            .map(RunEvent::type)
                            .anyMatch(EventType.TRIGGER_SUPERSEDED::equals));
        }
        awaitHeld("many-11");
        letBegin("many");
        assertThat(SITE.ended("many-11").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE starts_with(run_id, 'many-')"))
                .isEqualTo(1);
    }

    @Test
    void eachOfHundredsOfAKeyIsToldOfAboutOnce() {
        int all = 500;
        for (int i = 0; i < all; i++) {
            trigger("crowd-" + i, "crowd", Duration.ofHours(1));
        }
        Site.await(
                "all but the last are superseded",
                () -> answered("crowd-", EventType.TRIGGER_SUPERSEDED)
                                .distinct()
                                .count()
                        == all - 1);
        assertThat(answered("crowd-", EventType.TRIGGER_SUPERSEDED).count()).isLessThan(2L * all);
        Site.await(
                "one is left",
                () -> SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE key = 'crowd'") == 1);
    }

    @Test
    void secondTriggerForARunIsADuplicateWhileTheRunIsHeldAndWhenItHasBegun() {
        trigger("twice", "twice", Duration.ofHours(1));
        awaitHeld("twice");
        trigger("twice", "twice", Duration.ofHours(1));
        Site.await(
                "the first is a duplicate",
                () -> answered("twice", EventType.TRIGGER_DUPLICATE).findAny().isPresent());
        letBegin("twice");
        assertThat(SITE.ended("twice").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        trigger("twice", "twice", Duration.ofHours(1));
        Site.await(
                "the third is a duplicate",
                () -> events("twice", EventType.TRIGGER_DUPLICATE)
                                .map(event -> event.data().path("trigger"))
                                .distinct()
                                .count()
                        == 2);
        assertThat(answered("twice", EventType.TRIGGER_SUPERSEDED)).isEmpty();
    }

    @Test
    void theLastOneRunsAlsoWhereItsWorkersHaveGone() {
        trigger("left", "gone", Duration.ofHours(1));
        awaitHeld("left");
        SITE.stopWorkers();
        trigger("right", "gone", Duration.ofHours(1));
        SITE.workers(2);
        Site.await(
                "the first is superseded",
                () -> answered("left", EventType.TRIGGER_SUPERSEDED).findAny().isPresent());
        letBegin("gone");
        assertThat(SITE.ended("right").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id = 'left'"))
                .isZero();
    }

    private static void awaitHeld(String runId) {
        Site.await(
                "it is held",
                () -> SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE run_id = ?", runId) == 1);
    }

    private static void letBegin(String key) {
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("UPDATE postroad.debounced_triggers SET due_at = now() WHERE key = ?", key));
    }

    /** The runs of events outside of journals, each as often as it was told of. */
    private static Stream<String> answered(String runs, EventType type) {
        return events(runs, type).map(RunEvent::runId);
    }

    private static Stream<RunEvent> events(String runs, EventType type) {
        return SITE.records(SITE.topics().events()).stream()
                .map(Site::event)
                .filter(event -> event.type() == type && event.runId().startsWith(runs));
    }

    private static void trigger(String runId, String key, Duration within) {
        SITE.client()
                .trigger(new Trigger(
                        new Trigger.OfGraph("quick", null),
                        runId,
                        JsonNodeFactory.instance.objectNode(),
                        0,
                        null,
                        Map.of(),
                        null,
                        new Debounce(key, within)));
    }
}
