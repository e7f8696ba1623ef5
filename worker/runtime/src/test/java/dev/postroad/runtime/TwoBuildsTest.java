package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.NewerBuild;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.WorkerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker of this release beside one of the next, which writes a type of event that this one does not know. */
@NullMarked
class TwoBuildsTest {
    private static final int RUNS = 60;
    private static final String ENDED = "('completed', 'failed', 'cancelled')";
    private static final String IS_NOTED =
            "EXISTS (SELECT FROM postroad.journal j WHERE j.run = r.id AND j.type = 'run.noted')";
    private static final String GRAPH = """
            graph: %s
            state: { sum: { reducer: last, default: 0 }, log: { reducer: append } }
            nodes: { turn: { agent: test-busy, input: "{'sum': 1}" } }
            edges:
              - { from: START, to: turn }
              - { from: turn, when: "state.log.size() < 40", to: turn }
              - { from: turn, otherwise: true, to: END }
            limits: { supersteps: 100 }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    private final Site site = Site.open();
    private final List<WorkerProcess> workers = new ArrayList<>();

    @AfterEach
    void close() {
        workers.forEach(WorkerProcess::close);
        site.close();
    }

    @Test
    void theOlderOneTakesOverWhatItCanReadAndLeavesTheRestToTheNewer() throws IOException {
        Path newerClasses = NewerBuild.compile(directory);
        WorkerProcess newer = newer(newerClasses, "newer-1");
        WorkerProcess older = older();
        newer.awaitReady();
        older.awaitReady();
        site.awaitShares(2);
        site.apply(GRAPH.formatted("plain") + "---\n" + GRAPH.formatted("noted"));
        trigger("plain");
        trigger("noted");
        Site.await(
                "the newer one has runs under way that it has noted",
                () -> runs("status = 'running' AND " + IS_NOTED) > 0);
        newer.kill();

        Site.await(
                "all that can be read has ended",
                () -> runs("NOT " + IS_NOTED) > RUNS
                        && runs("status NOT IN " + ENDED + " AND NOT " + IS_NOTED) == 0
                        && runs("true") == 2 * RUNS);
        long left = runs("status NOT IN " + ENDED);
        assertThat(left).as("runs that the older one cannot read").isPositive();
        Site.await(
                "they are set aside, with the reason",
                () -> site.number(
                                "SELECT count(*) FROM postroad.unreadable_runs WHERE why LIKE '%run.noted%' AND worker = 'older'")
                        == left);
        assertThat(older.output()).doesNotContain("cannot be taken up", "because of a defect");

        WorkerProcess back = newer(newerClasses, "newer-2");
        back.awaitReady();
        site.awaitShares(2);
        older.terminate();
        Site.await("all have ended", () -> runs("status = 'completed'") == 2 * RUNS);
        assertThat(site.number("SELECT count(*) FROM postroad.unreadable_runs")).isZero();
        Map<String, List<String>> journals = journals();
        assertThat(journals).hasSize(2 * RUNS);
        Site.await("all events are on Kafka", () -> published().equals(journals));
    }

    private WorkerProcess newer(Path classes, String name) {
        WorkerProcess worker = WorkerProcess.startOf(classes, environment(name), directory.resolve(name + ".log"));
        workers.add(worker);
        return worker;
    }

    private WorkerProcess older() {
        WorkerProcess worker = WorkerProcess.start(environment("older"), List.of(), directory.resolve("older.log"));
        workers.add(worker);
        return worker;
    }

    private Map<String, String> environment(String name) {
        return site.environment(Map.of("POSTROAD_WORKER_ID", name, "POSTROAD_SESSION_TIMEOUT", "PT2S"));
    }

    private void trigger(String graph) {
        site.sendAll(IntStream.range(0, RUNS)
                .mapToObj(i -> new ProducerRecord<>(
                        site.topics().triggers(),
                        Site.bytes(graph + "-" + i),
                        Site.bytes("{'graph': '" + graph + "'}")))
                .toList());
    }

    private long runs(String condition) {
        return site.number("SELECT count(*) FROM postroad.runs r WHERE " + condition);
    }

    private Map<String, List<String>> journals() {
        Map<String, List<String>> journals = new HashMap<>();
        for (String graph : List.of("plain", "noted")) {
            for (int i = 0; i < RUNS; i++) {
                String run = graph + "-" + i;
                List<RunEvent> journal = site.journal(run);
                assertThat(journal.getLast().type()).as(run).isEqualTo(EventType.RUN_COMPLETED);
                journals.put(run, names(journal));
            }
        }
        return journals;
    }

    private Map<String, List<String>> published() {
        Map<String, List<RunEvent>> published = site.records(site.topics().events()).stream()
                .map(Site::event)
                .collect(Collectors.groupingBy(RunEvent::runId));
        Map<String, List<String>> names = new HashMap<>();
        published.forEach((run, events) -> names.put(run, names(Site.firstOccurrences(events))));
        return names;
    }

    private static List<String> names(List<RunEvent> events) {
        return events.stream()
                .map(event -> event.seq() + " " + event.typeName())
                .toList();
    }
}
