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
        runs.forEach(run -> trigger(run, "many", Duration.ofSeconds(3)));
        trigger("other", "another-key", Duration.ofSeconds(1));
        assertThat(SITE.ended("many-11").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(SITE.ended("other").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        for (String run : runs.subList(0, 11)) {
            Site.await(
                    run + " is superseded",
                    () -> SITE.published(run).stream()
                            .map(RunEvent::type)
                            .anyMatch(EventType.TRIGGER_SUPERSEDED::equals));
        }
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE starts_with(run_id, 'many-')"))
                .isEqualTo(1);
    }

    @Test
    void theLastOneRunsAlsoWhereItsWorkersHaveGone() {
        trigger("left", "gone", Duration.ofSeconds(4));
        Site.await(
                "it is held",
                () -> SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE run_id = 'left'") == 1);
        SITE.stopWorkers();
        trigger("right", "gone", Duration.ofSeconds(4));
        SITE.workers(2);
        assertThat(SITE.ended("right").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        // Where the second one was written too late, both run.
        Site.await(
                "what became of the other is told",
                () -> SITE.published("left").stream()
                        .map(RunEvent::type)
                        .anyMatch(type -> type == EventType.TRIGGER_SUPERSEDED || type == EventType.RUN_COMPLETED));
        boolean isSuperseded =
                SITE.published("left").stream().map(RunEvent::type).anyMatch(EventType.TRIGGER_SUPERSEDED::equals);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id = 'left'"))
                .isEqualTo(isSuperseded ? 0 : 1);
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
