package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import dev.postroad.runtime.testing.Site;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Thousands of versions of a graph, of which a worker holds a few, and uses all. */
@NullMarked
class ManyVersionsTest {
    private static final int VERSIONS = 3_000;

    /** Half of the versions; a few belong to other tests in this process. */
    private static final int MOST_IN_MEMORY = VERSIONS / 2;

    private static final String ASKING = """
            {"graph": "asking", "state": {"log": {"reducer": "append"}},
             "nodes": {"ask": {"interrupt": "'who?'", "output": "{'log': [NUMBER]}"}},
             "edges": [{"from": "START", "to": "ask"}, {"from": "ask", "to": "END"}]}""";
    private static final String NOTING = """
            {"graph": "noting", "state": {"log": {"reducer": "append"}},
             "nodes": {"note": {"set": "{'log': [NUMBER]}"}},
             "edges": [{"from": "START", "to": "note"}, {"from": "note", "to": "END"}]}""";
    private static final String OUTER = """
            graph: outer
            state: { log: { reducer: append } }
            nodes:
              newest: { graph: noting, output: "{'log': result.log}" }
              older: { graph: noting, version: 7, output: "{'log': result.log}" }
            edges: [{ from: START, to: newest }, { from: newest, to: older }, { from: older, to: END }]
            """;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    private static byte[] definition(String graph, int number) {
        return graph.replace("NUMBER", Integer.toString(number)).getBytes(StandardCharsets.UTF_8);
    }

    /** As workers store what is published, one after the other over the years. */
    private void store(String graph, String name, int last) {
        site.sql().useHandle(handle -> handle.execute("""
                        INSERT INTO postroad.graphs (name, version, definition, published_at)
                        SELECT ?, n, replace(?, 'NUMBER', n::text)::json, now() - interval '1 day'
                        FROM generate_series(1, ?) AS n""", name, graph, last));
    }

    private void publish(String graph, String name, int first, int last) {
        for (int number = first; number <= last; number++) {
            site.send(site.topics().registry(), Site.bytes("graph/" + name), definition(graph, number));
        }
        Site.await(
                "all versions are stored",
                () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = ?", name) == last);
    }

    private void trigger(String graph, int version, String runId) {
        site.send(
                site.topics().triggers(),
                Site.bytes(runId),
                Site.bytes("{'graph': '" + graph + "', 'version': " + version + "}"));
    }

    private void waits(String runId) {
        Site.await(
                "the run waits",
                () -> site.history()
                        .find(runId)
                        .filter(run -> run.status() == RunStatus.WAITING)
                        .isPresent());
    }

    private void answersAs(String runId, int version) {
        site.control(runId, Control.Resume.with(Site.json("1")));
        assertThat(state(runId)).isEqualTo("{\"log\":[" + version + "]}");
    }

    private String state(String runId) {
        RunEvent end = site.ended(runId).getLast();
        assertThat(end.type()).as(end.toString()).isEqualTo(EventType.RUN_COMPLETED);
        return end.data().path("state").toString();
    }

    /** How many compiled graphs anybody holds in this process, servers and workers. */
    private static long graphsInMemory() {
        try {
            Object histogram = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return String.valueOf(histogram)
                    .lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(line -> line.length > 3 && line[3].equals(Graph.class.getName()))
                    .mapToLong(line -> Long.parseLong(line[1]))
                    .sum();
        } catch (JMException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aWorkerHoldsAFewAndEachCanBeGoneByAlsoAfterARestart() {
        store(ASKING, "asking", VERSIONS);
        site.worker();
        assertThat(graphsInMemory()).isBetween(1L, (long) MOST_IN_MEMORY);
        trigger("asking", 1, "first");
        waits("first");
        publish(ASKING, "asking", VERSIONS + 1, VERSIONS + 3);

        trigger("asking", 3, "third");
        waits("third");
        trigger("asking", VERSIONS + 4, "none");
        Site.await("it is refused", () -> !site.published("none").isEmpty());
        assertThat(site.published("none").getFirst().data().path("reason").asText())
                .isEqualTo(
                        "there is no version " + (VERSIONS + 4) + " of graph asking; publish it with postroad apply");
        answersAs("third", 3);
        List<String> waiting = new ArrayList<>();
        for (int number = 100; number < 160; number++) {
            waiting.add("of-" + number);
            trigger("asking", number, "of-" + number);
        }
        waiting.forEach(this::waits);

        site.stopWorkers();
        site.worker();
        answersAs("first", 1);
        site.control("third", new Control.Fork(1, "fork", null, null, 2_000));
        waits("fork");
        answersAs("fork", 2_000);
        site.control("of-100", new Control.Migrate(1_500));
        site.journalWith("of-100", event -> event.type() == EventType.RUN_MIGRATED);
        answersAs("of-100", 1_500);
        // All at once: to read them back takes more connections than there are, if each takes one more for its graph.
        waiting.subList(1, waiting.size()).forEach(runId -> site.control(runId, Control.Resume.with(Site.json("1"))));
        for (int number = 101; number < 160; number++) {
            assertThat(state("of-" + number)).isEqualTo("{\"log\":[" + number + "]}");
        }
        site.trigger("asking", "newest", "{}");
        waits("newest");
        answersAs("newest", VERSIONS + 3);
        assertThat(graphsInMemory()).isBetween(1L, (long) MOST_IN_MEMORY);
    }

    @Test
    void graphsInsideStayThoseOfTheirTimeAndWhatIsRemovedIsGoneByStill() {
        store(NOTING, "noting", 10);
        store(ASKING, "asking", 20);
        site.worker();
        site.apply(OUTER);
        Site.await(
                "the outer graph is stored",
                () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'outer'") == 1);
        publish(NOTING, "noting", 11, 13);
        trigger("asking", 2, "second");
        waits("second");
        site.client().remove("graph/asking");
        site.client().remove("graph/noting");
        Site.await(
                "both are removed",
                () -> site.number("SELECT count(*) FROM postroad.graph_removals WHERE republished_at IS NULL") == 2);
        site.stopWorkers();
        site.worker();
        site.trigger("outer", "outer", "{}");
        assertThat(state("outer")).isEqualTo("{\"log\":[10,10,7]}");
        answersAs("second", 2);
        trigger("asking", 2, "refused");
        Site.await("it is refused", () -> !site.published("refused").isEmpty());
        assertThat(site.published("refused").getFirst().type()).isEqualTo(EventType.TRIGGER_REJECTED);

        publish(ASKING, "asking", 21, 21);
        trigger("asking", 4, "fourth");
        Site.await(
                "the graph is there again", () -> site.history().find("fourth").isPresent());
        waits("fourth");
        answersAs("fourth", 4);
    }
}
