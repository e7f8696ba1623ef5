package dev.postroad.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.Graph;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.testing.Site;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What is held of the versions of graphs. */
@NullMarked
class GraphVersionsTest {
    private static final int MOST = 20;
    private static final int LAST = 60;
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

    private static GraphVersion version(int number) {
        return new GraphVersion("graph", number);
    }

    private static KnownVersion.Sound sound() {
        return new KnownVersion.Sound(Graph.ofAgent("agent"));
    }

    @Test
    void theNumbersOfVersionsAreThoseThatWereAdded() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            VersionNumbers numbers = new VersionNumbers();
            TreeSet<Integer> expected = new TreeSet<>();
            for (int i = 0; i < 60; i++) {
                int first = 1 + random.nextInt(100);
                int last = first + random.nextInt(4);
                numbers.add(first, last);
                for (int number = first; number <= last; number++) {
                    expected.add(number);
                }
                assertThat(numbers.newest()).isEqualTo(expected.last());
                for (int number = 0; number < 110; number++) {
                    assertThat(numbers.contains(number)).as("seed %s", seed).isEqualTo(expected.contains(number));
                }
            }
            long ranges = expected.stream()
                    .filter(number -> !expected.contains(number - 1))
                    .count();
            assertThat(numbers.ranges()).isEqualTo((int) ranges);
        }
    }

    @Test
    void anyNumberCanBeOne() {
        VersionNumbers numbers = new VersionNumbers();
        assertThat(numbers.newest()).isZero();
        numbers.add(Integer.MAX_VALUE, Integer.MAX_VALUE);
        numbers.add(1, 1);
        numbers.add(Integer.MAX_VALUE - 1, Integer.MAX_VALUE - 1);
        assertThat(numbers.newest()).isEqualTo(Integer.MAX_VALUE);
        assertThat(numbers.ranges()).isEqualTo(2);
        assertThat(numbers.contains(Integer.MAX_VALUE - 2)).isFalse();
    }

    @Test
    void whatWasAskedForLastStaysAndWhatIsGoneByIsTheSameOne() {
        OlderVersions older = new OlderVersions(20);
        KnownVersion.Sound pinned = sound();
        older.keep(version(1), pinned);
        for (int number = 2; number <= 1_000; number++) {
            assertThat(older.find(version(number))).isNull();
            older.keep(version(number), sound());
        }
        assertThat(older.find(version(1_000))).isNotNull();
        assertThat(older.find(version(1))).isEqualTo(pinned);
        assertThat(graph(older.keep(version(1), sound()))).isSameAs(pinned.graph());
    }

    private static Graph graph(KnownVersion known) {
        return known instanceof KnownVersion.Sound(Graph graph) ? graph : Graph.ofAgent("unsound");
    }

    @Test
    void whatNobodyGoesByIsLetGo() {
        OlderVersions older = new OlderVersions(20);
        List<WeakReference<Graph>> all = new ArrayList<>();
        for (int number = 1; number <= 1_000; number++) {
            all.add(new WeakReference<>(graph(older.keep(version(number), sound()))));
        }
        Site.await("all but the last are gone", () -> {
            System.gc();
            return all.stream().filter(reference -> reference.get() != null).count() <= 10;
        });
        assertThat(older.find(version(1))).isNull();
        assertThat(older.find(version(1_000))).isNotNull();
    }

    @Test
    void ofAllThatIsPublishedFewAreHeldAndEachIsFound() throws Exception {
        try (Site site = Site.open()) {
            site.worker().close();
            GraphStore store = new GraphStore(site.sql(), site.sql(), new AgentEvents("test", InstantSource.system()));
            GraphVersions versions = new GraphVersions(store, MOST);
            versions.load();
            WeakReference<Graph> second = publish(store, versions, 1, 2);
            Graph first = versions.graph("many", 1);
            publish(store, versions, 3, LAST);
            Site.await("what nobody goes by is let go", () -> {
                System.gc();
                return second.get() == null;
            });
            assertThat(versions.held()).isLessThanOrEqualTo(MOST);
            assertThat(versions.graph("many", 1)).isSameAs(first);
            // Each time it is written, one that is as it was gets no number, and the newest is looked at alone.
            assertThat(store.publish(definition(LAST), Instant.now(), Map.of(), null))
                    .contains(LAST);
            assertThat(store.publish(definition(7), AT.plusSeconds(7), Map.of(), null))
                    .contains(7);

            GraphVersions others = new GraphVersions(store, MOST);
            others.load();
            assertThat(others.newest("many").orElseThrow().version()).isEqualTo(LAST);
            for (GraphVersions either : List.of(versions, others)) {
                for (int number = 1; number <= LAST; number++) {
                    assertThat(either.graph("many", number).version()).isEqualTo(number);
                    assertThat(either.version("many", number)).isPresent();
                }
                assertThat(either.held()).isLessThanOrEqualTo(MOST);
                assertThat(either.lookUp("many", LAST + 1)).isEqualTo(new GraphLookup.Absent());
                assertThat(either.lookUp("many", LAST)).isInstanceOf(GraphLookup.Found.class);
                Site.await("it comes", () -> either.lookUp("many", 9) instanceof GraphLookup.Found);
            }
            store.remove("many", Instant.now().plusSeconds(1), null);
            versions.removed("many");
            assertThat(versions.lookUp("many", null)).isEqualTo(new GraphLookup.Absent());
            assertThat(versions.version("many", 5)).isEmpty();
            assertThat(versions.graph("many", 5).version()).isEqualTo(5);
        }
    }

    @Test
    void whoWaitsForAVersionThatIsLostIsToldSo() throws Exception {
        try (Site site = Site.open()) {
            site.worker().close();
            GraphStore store = new GraphStore(site.sql(), site.sql(), new AgentEvents("test", InstantSource.system()));
            GraphVersions versions = new GraphVersions(store, MOST);
            publish(store, versions, 1, 2);
            versions = new GraphVersions(store, MOST);
            versions.load();
            site.sql().useHandle(sql -> sql.execute("DELETE FROM postroad.graphs WHERE name = 'many' AND version = 1"));
            GraphVersions after = versions;
            Site.await(
                    "it is told",
                    () -> after.lookUp("many", 1) instanceof GraphLookup.Unsound(String why)
                            && why.startsWith("version 1 of graph many is not in Postgres any more"));
            assertThat(after.lookUp("many", 2)).isInstanceOf(GraphLookup.Found.class);
        }
    }

    private static WeakReference<Graph> publish(GraphStore store, GraphVersions versions, int first, int last)
            throws Exception {
        for (int number = first; number <= last; number++) {
            int version = store.publish(definition(number), AT.plusSeconds(number), Map.of(), null)
                    .orElseThrow();
            assertThat(version).isEqualTo(number);
            versions.published("many", version);
        }
        return new WeakReference<>(versions.graph("many", last));
    }

    private static GraphDefinition definition(int number) throws FaultsException {
        return (GraphDefinition) Definitions.readAll("""
                graph: many
                nodes: { wait: { sleep: "duration('%ds')" } }
                edges: [{ from: START, to: wait }, { from: wait, to: END }]
                """.formatted(number)).getFirst();
    }
}
