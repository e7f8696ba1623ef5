package dev.postroad.runtime.history;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.past.EventFilter;
import dev.postroad.runtime.history.past.RunTimeline;
import dev.postroad.runtime.history.past.StateDiff;
import dev.postroad.runtime.history.past.StateVersion;
import dev.postroad.runtime.history.past.VersionFilter;
import dev.postroad.runtime.history.runs.QueueReport;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunOrder;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
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

    private static final Instant FIRST = Instant.parse("2026-01-31T12:00:00Z");

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
        readsThePagesOfAJournal();
        tellsHowEveryVersionCameToBe();
        tellsTwoVersionsApart();
        tellsWhenAttemptsWereUnderWay();
        knowsWhatIsPublished();
    }

    @Test
    void listsManyRunsPageByPage() {
        addRuns();
        List<RunFilter> questions = new ArrayList<>();
        for (Set<RunStatus> statuses : List.of(
                Set.<RunStatus>of(),
                Set.of(RunStatus.COMPLETED),
                Set.of(RunStatus.FAILED),
                Set.of(RunStatus.FAILED, RunStatus.COMPLETED, RunStatus.QUEUED))) {
            for (@Nullable String graph : Arrays.asList(null, "steps", "others")) {
                questions.add(of(statuses, graph));
                questions.add(new RunFilter(statuses, graph, FIRST.plusSeconds(20), null, Map.of()));
                questions.add(new RunFilter(
                        statuses, graph, FIRST, FIRST.plusSeconds(70), Map.of("tenant", "acme", "n", "3")));
            }
        }
        List<RunSummary> all = history.runs(RunFilter.ALL, null, 1_000).runs();
        assertThat(all).hasSize(302);
        assertThat(all).isSortedAccordingTo(comparing(RunSummary::queuedAt).reversed());
        assertThat(questions).allSatisfy(question -> {
            List<RunSummary> expected =
                    all.stream().filter(run -> answers(run, question)).toList();
            assertThat(expected).isNotEmpty();
            assertThat(history.runs(question, null, 1_000)).isEqualTo(new RunPage(expected, null));
            assertThat(pages(question, RunOrder.NEWEST, 7)).isEqualTo(expected);
            assertThat(pages(question, RunOrder.OLDEST, 7)).isEqualTo(expected.reversed());
        });
        assertThatThrownBy(() -> history.runs(RunFilter.ALL, "page2", 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the cursor is none that a page of this listing gave");
    }

    private static boolean answers(RunSummary run, RunFilter question) {
        return (question.statuses().isEmpty() || question.statuses().contains(run.status()))
                && (question.graph() == null || question.graph().equals(run.graph()))
                && (question.queuedSince() == null || !run.queuedAt().isBefore(question.queuedSince()))
                && (question.queuedUntil() == null || run.queuedAt().isBefore(question.queuedUntil()))
                && run.tags().entrySet().containsAll(question.tags().entrySet());
    }

    private List<RunSummary> pages(RunFilter question, RunOrder order, int limit) {
        List<RunSummary> runs = new ArrayList<>();
        String cursor = null;
        do {
            RunPage page = history.runs(question, order, cursor, limit);
            runs.addAll(page.runs());
            cursor = page.next();
        } while (cursor != null);
        return runs;
    }

    /** Ten at a time are queued at the same moment. */
    private void addRuns() {
        site.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, tags, queued_at)
                SELECT 'more-' || n, 0, CASE WHEN n % 3 = 0 THEN 'steps' ELSE 'others' END, 1,
                       CASE WHEN n % 10 = 3 THEN 'failed' WHEN n % 10 = 7 THEN 'queued' WHEN n % 10 = 8 THEN 'running'
                            ELSE 'completed' END,
                       n % 2, '{}', json_build_object('tenant', 'acme', 'n', (n % 4)::text),
                       ?::timestamptz + (n / 10) * interval '3 seconds'
                FROM generate_series(0, 299) n""", FIRST.toString()));
    }

    @Test
    void countsWhatIsQueuedAndWhatRuns() {
        assertThat(history.queue().lines()).isEmpty();
        addRuns();
        QueueReport report = history.queue();
        assertThat(report.queued()).isEqualTo(30);
        assertThat(report.running()).isEqualTo(30);
        assertThat(report.oldestQueuedAt()).isEqualTo(FIRST);
        assertThat(report.at()).isAfter(FIRST);
        assertThat(report.lines())
                .containsExactly(
                        new QueueReport.Line("others", 1, 20, 0, 0, FIRST),
                        new QueueReport.Line("steps", 1, 10, 0, 0, FIRST.plusSeconds(6)),
                        new QueueReport.Line("others", 0, 0, 0, 20, null),
                        new QueueReport.Line("steps", 0, 0, 0, 10, null));
        site.sql().useHandle(handle -> handle.execute("""
                UPDATE postroad.runs SET fair_key = CASE WHEN run_id LIKE '%7' THEN right(run_id, 2) ELSE 'runs' END
                WHERE graph = 'others'"""));
        QueueReport.Line others = history.queue().lines().getFirst();
        assertThat(others.queued()).isEqualTo(20);
        assertThat(others.keys())
                .as("those with the most queued runs, of all priorities alike")
                .hasSize(5)
                .isSortedAccordingTo(
                        comparingLong(QueueReport.OfKey::queued).reversed().thenComparing(QueueReport.OfKey::key))
                .allSatisfy(of -> assertThat(of.key()).endsWith("7"));
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
        assertThat(ids(RunFilter.ALL)).containsExactly("bad", "good");
        assertThat(history.runs(RunFilter.ALL, null, 1).runs())
                .extracting(RunSummary::runId)
                .containsExactly("bad");
        assertThat(ids(of(Set.of(RunStatus.COMPLETED), "steps"))).containsExactly("good");
        assertThat(ids(of(Set.of(), "other"))).isEmpty();

        RunSummary failed = history.find("bad").orElseThrow();
        assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
        assertThat(failed.input()).isEqualTo(Site.json("{'n': 5}"));
        assertThat(String.valueOf(failed.error())).contains("refuse");
        assertThat(failed.endedAt()).isNotNull();
    }

    private List<String> ids(RunFilter filter) {
        return history.runs(filter, null, 1_000).runs().stream()
                .map(RunSummary::runId)
                .toList();
    }

    private static RunFilter of(Set<RunStatus> statuses, @Nullable String graph) {
        return new RunFilter(statuses, graph, null, null, Map.of());
    }

    private void readsTheJournalFromAPlaceOn() {
        List<RunEvent> all = history.events("good", 1);
        assertThat(all).extracting(RunEvent::seq).startsWith(1, 2, 3);
        assertThat(history.events("good", 3)).isEqualTo(all.subList(2, all.size()));
    }

    private void readsThePagesOfAJournal() {
        List<RunEvent> all = history.events("good", 1);
        assertThat(history.events("good", EventFilter.ALL, 0, 3)).isEqualTo(all.subList(0, 3));
        assertThat(history.events("good", EventFilter.ALL, 3, 100)).isEqualTo(all.subList(3, all.size()));
        assertThat(history.events("nobody", EventFilter.ALL, 0, 3)).isEmpty();
        EventFilter filter = new EventFilter(
                Set.of(EventType.NODE_STARTED, EventType.NODE_COMPLETED),
                Set.of("two"),
                all.getFirst().at(),
                all.getLast().at().plusSeconds(1));
        assertThat(history.events("good", filter, 0, 100))
                .extracting(event -> event.type().publicName() + " " + event.node())
                .containsExactly("node.started two", "node.completed two");
        assertThat(history.events(
                        "good",
                        new EventFilter(Set.of(), Set.of(), null, all.getFirst().at()),
                        0,
                        9))
                .isEmpty();
    }

    private void tellsHowEveryVersionCameToBe() {
        List<StateVersion> versions = history.versions("good", VersionFilter.ALL, 100, misfit -> {});
        assertThat(versions)
                .extracting(made -> "%d %s %s %s -> %s"
                        .formatted(made.version(), made.type().publicName(), made.nodes(), made.changed(), made.next()))
                .containsExactly(
                        "1 run.started [] [] -> [one]",
                        "2 node.completed [one] [n] -> [two]",
                        "3 node.completed [two] [n] -> []");
        assertThat(history.versions("good", VersionFilter.ALL, 2, misfit -> {})).isEqualTo(versions.subList(0, 2));
        assertThat(history.versions("good", new VersionFilter(2, 2, null, null, Set.of()), 9, misfit -> {}))
                .isEqualTo(versions.subList(1, 2));
        Instant last = versions.getLast().at();
        assertThat(history.versions("good", new VersionFilter(0, 9, last, null, Set.of("two", "x")), 9, misfit -> {}))
                .isEqualTo(versions.subList(2, 3));
        assertThat(history.versions("good", new VersionFilter(0, 9, null, last, Set.of("two")), 9, misfit -> {}))
                .isEmpty();
        // Whoever has looked at the first alone is told of the others as well.
        RunHistory fresh = new RunHistory(site.database());
        assertThat(fresh.versions("good", VersionFilter.ALL, 1, misfit -> {})).isEqualTo(versions.subList(0, 1));
        assertThat(fresh.state("good", null)).isEqualTo(history.state("good", null));
        assertThat(fresh.state("good", 2)).isEqualTo(history.state("good", 2));
        assertThat(fresh.state("good", 4)).isEmpty();
        assertThat(history.newestVersions("good", VersionFilter.ALL, 2, misfit -> {}))
                .isEqualTo(versions.subList(1, 3).reversed());
        assertThat(history.newestVersions("good", new VersionFilter(0, 2, null, null, Set.of()), 9, misfit -> {}))
                .isEqualTo(versions.subList(0, 2).reversed());
        assertThat(history.versions("nobody", VersionFilter.ALL, 9, misfit -> {}))
                .isEmpty();
    }

    /** What people did to a run stands in its history beside what its nodes did. */
    @Test
    void tellsWhoMadeTheVersionsThatPeopleMade() {
        site.apply("""
                graph: pair
                state: { done: { reducer: append } }
                nodes:
                  left: { set: "{'done': ['left']}" }
                  right: { interrupt: "'right?'", output: "{'done': ['right']}" }
                  after: { set: "{'done': ['after']}" }
                edges:
                  - { from: START, to: [right, left] }
                  - { from: [left, right], to: after }
                  - { from: after, to: END }
                """);
        site.trigger("pair", "pair", "{}");
        site.journalWith("pair", event -> event.type() == EventType.RUN_WAITING);
        // What was looked at is kept, and goes on with the run.
        assertThat(history.newestVersions("pair", VersionFilter.ALL, 9, misfit -> {}))
                .extracting(StateVersion::version)
                .containsExactly(1);
        assertThat(history.state("pair", null).orElseThrow().status()).isEqualTo(RunStatus.WAITING);
        site.control("pair", new Control.UpdateState((ObjectNode) Site.json("{'done': ['me']}"), "right", null));
        site.journalWith("pair", event -> event.type() == EventType.STATE_UPDATED);
        site.control("pair", new Control.Unpause());
        site.journalWith("pair", event -> event.type() == EventType.RUN_COMPLETED);
        site.control("pair", new Control.Rollback(2, false));
        site.journalWith("pair", event -> event.type() == EventType.RUN_ROLLED_BACK);

        assertThat(history.versions("pair", VersionFilter.ALL, 100, misfit -> {}))
                .extracting(made -> "%d %s %s %s -> %s"
                        .formatted(made.version(), made.type().publicName(), made.nodes(), made.changed(), made.next()))
                .containsExactly(
                        "1 run.started [] [] -> [left, right]",
                        "2 state.updated [left, right] [done] -> [after]",
                        "3 node.completed [after] [done] -> []",
                        "4 run.rolled-back [] [done] -> [after]");
        assertThat(history.diff("pair", 2, 4).orElseThrow().patch()).isEmpty();
        assertThat(history.state("pair", 3).orElseThrow())
                .isEqualTo(new RunHistory(site.database()).state("pair", 3).orElseThrow());
        assertThat(history.state("pair", null).orElseThrow().status()).isEqualTo(RunStatus.PAUSED);
        assertThat(history.timeline("pair").orElseThrow().bars())
                .extracting(bar -> bar.task() + " " + bar.outcome() + " " + (bar.endedAt() != null))
                .containsExactlyInAnyOrder("left@1 completed true", "right@1 waiting true", "after@2 completed true");
    }

    private void tellsTwoVersionsApart() {
        StateDiff diff = history.diff("good", 3, 1).orElseThrow();
        assertThat(diff.patch()).isEqualTo(Site.json("[{'op':'replace','path':'/n','value':0}]"));
        assertThat(diff.before()).isEqualTo(Site.json("{'n': 11}"));
        assertThat(diff.after()).isEqualTo(Site.json("{'n': 0}"));
        assertThat(history.diff("good", 2, 2).orElseThrow().patch()).isEmpty();
        assertThat(history.diff("good", 1, 4)).isEmpty();
        assertThat(history.diff("nobody", 1, 2)).isEmpty();
    }

    private void tellsWhenAttemptsWereUnderWay() {
        RunTimeline timeline = history.timeline("bad").orElseThrow();
        assertThat(timeline.status()).isEqualTo(RunStatus.FAILED);
        assertThat(timeline.bars())
                .extracting(bar -> bar.task() + " " + bar.attempt() + " " + bar.outcome())
                .containsExactly("one@1 1 completed", "two@2 1 completed", "refuse@3 1 failed");
        assertThat(timeline.bars()).allSatisfy(bar -> {
            assertThat(bar.startedAt()).isBetween(timeline.queuedAt(), timeline.endedAt());
            assertThat(bar.endedAt()).isBetween(bar.startedAt(), timeline.endedAt());
        });
        assertThat(history.timeline("nobody")).isEmpty();
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
