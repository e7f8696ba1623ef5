package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Site;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NullMarked
class WorkerTest {
    private static final String COUNT = """
            graph: count
            state: { n: { reducer: sum }, log: { reducer: append } }
            nodes:
              add: { set: "{'n': 1, 'log': ['add']}" }
              done: { set: "{'log': ['done']}" }
            edges:
              - { from: START, to: add }
              - { from: add, when: "state.n < 3", to: add }
              - { from: add, otherwise: true, to: done }
              - { from: done, to: END }
            """;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void aTriggerBecomesARunWhoseEveryTransitionIsARowAndAnEvent() {
        site.worker();
        site.apply(COUNT);
        site.send(
                site.topics().triggers(),
                "order-1".getBytes(StandardCharsets.UTF_8),
                "{\"graph\":\"count\",\"input\":{\"n\":1}}".getBytes(StandardCharsets.UTF_8));

        List<RunEvent> journal =
                site.journalWith("order-1", event -> event.type().endsRun());
        assertThat(journal).extracting(RunEvent::type).startsWith(EventType.RUN_QUEUED, EventType.RUN_STARTED);
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(site.history().state("order-1", null).orElseThrow().state())
                .isEqualTo(Site.json("{'n': 3, 'log': ['add', 'add', 'done']}"));
        Site.await("every row is an event", () -> site.publishedOnce("order-1").size() == journal.size());
        assertThat(site.publishedOnce("order-1")).isEqualTo(journal);
    }

    @Test
    void aCancelThatComesBeforeItsTriggerStopsTheRunBeforeAnyWork() {
        site.worker();
        site.apply(COUNT);
        site.control("early", new Control.Cancel("not wanted"));
        Site.await(
                "the command is kept",
                () -> site.sql()
                                .withHandle(
                                        handle -> handle.createQuery("SELECT count(*) FROM postroad.pending_commands")
                                                .mapTo(Integer.class)
                                                .one())
                        == 1);
        site.apply(COUNT.replace("graph: count", "graph: waiting")
                .replace("set: \"{'log': ['done']}\"", "agent: test-echo"));
        site.trigger("waiting", "early", "{}");
        site.journalWith("early", event -> event.type() == EventType.RUN_CANCELLED);
        Site.await(
                "the command is forgotten",
                () -> site.sql()
                                .withHandle(
                                        handle -> handle.createQuery("SELECT count(*) FROM postroad.pending_commands")
                                                .mapTo(Integer.class)
                                                .one())
                        == 0);
        assertThat(site.history().find("early").orElseThrow().status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    void anotherWorkerGoesOnWhereOneStopped() {
        try (Worker first = site.worker(Map.of("POSTROAD_WORKER_ID", "first"))) {
            site.apply(COUNT);
            site.trigger("count", "a", "{}");
            site.journalWith("a", event -> event.type().endsRun());
            assertThat(first.isReady()).isTrue();
        }
        site.worker(Map.of("POSTROAD_WORKER_ID", "second"));
        site.trigger("count", "b", "{}");
        site.journalWith("b", event -> event.type().endsRun());
        List<String> owners = site.sql()
                .withHandle(handle -> handle.createQuery("SELECT DISTINCT owner FROM postroad.shards")
                        .mapTo(String.class)
                        .list());
        assertThat(owners).containsExactly("second");
    }
}
