package dev.postroad.runtime.history.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class FollowedRunTest {
    /** Two that look at once are given the same one, and the first of them may leave no more of it than its last versions. */
    @Test
    void tellsWhoeverComesNextThatItsFirstVersionsAreForgotten() {
        try (Site site = Site.open()) {
            site.worker();
            site.apply("""
                    graph: steps
                    nodes: { a: { set: "{'n': 1}" }, b: { set: "{'n': 2}" }, c: { set: "{'n': 3}" } }
                    state: { n: {} }
                    edges: [ { from: START, to: a }, { from: a, to: b }, { from: b, to: c }, { from: c, to: END } ]
                    """);
            site.trigger("steps", "steps", "{}");
            site.journalWith("steps", event -> event.type() == EventType.RUN_COMPLETED);
            Jdbi postgres = Jdbi.create(site.database());
            PublishedGraphs graphs = PublishedGraphs.of("steps", new PublishedDefinitions(postgres)::graph);
            FollowedRun run = new FollowedRun(new StateFold("steps", 1, graphs), new Journals(postgres), 2);

            Deque<StateVersion> all = new ArrayDeque<>();
            assertThat(run.addLastTo(all, VersionFilter.ALL, 10)).isTrue();
            assertThat(all).extracting(StateVersion::version).containsExactly(1, 2, 3, 4);
            List<StateVersion> first = new ArrayList<>();
            assertThat(run.addTo(first, VersionFilter.ALL, 1)).isFalse();
            assertThat(run.addLastTo(all, VersionFilter.ALL, 10)).isFalse();
            assertThat(first).isEmpty();
        }
    }
}
