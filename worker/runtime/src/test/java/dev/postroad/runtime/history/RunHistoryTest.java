package dev.postroad.runtime.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
final class RunHistoryTest {
    private static final String GRAPH = """
            graph: steps
            state: { n: { reducer: sum } }
            nodes:
              one: { set: "{'n': 1}" }
              two: { set: "{'n': 10}" }
              refuse: { set: "{'n': int('x')}" }
            edges:
              - { from: START, to: one }
              - { from: one, to: two }
              - { from: two, when: "state.n == 11", to: END }
              - { from: two, otherwise: true, to: refuse }
              - { from: refuse, to: END }
            """;

    private final Site site = Site.open();
    private final RunHistory history = site.history();

    @BeforeEach
    void run() {
        site.worker();
        site.apply(GRAPH);
        site.trigger("steps", "good", "{}");
        site.journalWith("good", event -> event.type().endsRun());
        site.trigger("steps", "bad", "{'n': 5}");
        site.journalWith("bad", event -> event.type().endsRun());
    }

    @AfterEach
    void close() {
        site.close();
    }

    /** One story, since a worker's start is most of its time. */
    @Test
    void tellsWhatHappenedToRuns() throws FaultsException {
        findsTheStateOfEveryVersion();
        summarisesRuns();
        readsTheJournalFromAPlaceOn();
        knowsWhatIsPublished();
    }

    private void findsTheStateOfEveryVersion() {
        assertThat(history.state("good", 1).orElseThrow().state()).isEqualTo(Site.json("{'n': 0}"));
        assertThat(history.state("good", 2).orElseThrow().state()).isEqualTo(Site.json("{'n': 1}"));
        assertThat(history.state("good", 3).orElseThrow().state()).isEqualTo(Site.json("{'n': 11}"));
        assertThat(history.state("good", 4)).isEmpty();
        assertThat(history.state("good", null).orElseThrow().status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(history.state("nobody", null)).isEmpty();
    }

    private void summarisesRuns() {
        assertThat(history.newest(10, RunFilter.ALL))
                .extracting(RunSummary::runId)
                .containsExactly("bad", "good");
        assertThat(history.newest(1, RunFilter.ALL))
                .extracting(RunSummary::runId)
                .containsExactly("bad");
        assertThat(history.newest(10, new RunFilter(RunStatus.COMPLETED, "steps")))
                .extracting(RunSummary::runId)
                .containsExactly("good");
        assertThat(history.newest(10, new RunFilter(null, "other"))).isEmpty();

        RunSummary failed = history.find("bad").orElseThrow();
        assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
        assertThat(failed.input()).isEqualTo(Site.json("{'n': 5}"));
        assertThat(String.valueOf(failed.error())).contains("refuse");
        assertThat(failed.endedAt()).isNotNull();
    }

    private void readsTheJournalFromAPlaceOn() {
        List<RunEvent> all = history.events("good", 1);
        assertThat(all).extracting(RunEvent::seq).startsWith(1, 2, 3);
        assertThat(history.events("good", 3)).isEqualTo(all.subList(2, all.size()));
    }

    private void knowsWhatIsPublished() throws FaultsException {
        var published =
                new PublishedDefinitions(site.settings(Map.of()).postgres().toDataSource());
        assertThat(published.graphs()).contains("steps");
        assertThat(published.newestGraph("steps").orElseThrow().nodes()).containsKeys("one", "two");
        assertThat(published.newestGraph("nothing")).isEmpty();
        assertThat(published.holds(Definitions.readAll(GRAPH).getFirst())).isTrue();
        assertThat(published.holds(Definitions.readAll("version: 1\n" + GRAPH).getFirst()))
                .isTrue();
        assertThat(published.holds(
                        Definitions.readAll(GRAPH.replace("10", "20")).getFirst()))
                .isFalse();
    }
}
