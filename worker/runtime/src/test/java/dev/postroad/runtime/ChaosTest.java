package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.BusyAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several real workers, of which one is killed, one frozen and woken, and one stopped, while new ones come. */
@NullMarked
class ChaosTest {
    private static final int RUNS = Integer.getInteger("postroad.runs", 1_200);
    private static final int INPUTS = 10;
    private static final int MOST_RUNS_AT_ONCE = 8;
    private static final int ROWS_OF_A_RUN = 13;
    private static final int CALLS_OF_A_RUN = 3;
    private static final int MOST_CALLS_AT_ONCE_IN_A_RUN = 2;
    private static final Pattern TAKEN_UP = Pattern.compile("is owned in epoch \\d+, with (\\d+) unfinished runs");
    private static final Pattern FENCED = Pattern.compile("shard \\d+ has a new owner");
    /** Fencing is what keeps workers apart; this is told where they were not. */
    private static final Pattern OVERTAKEN = Pattern.compile("its journal goes on otherwise than it does here");

    private static final Pattern ABOUT_OWNERS = Pattern.compile("shard|dead|rows of|" + OVERTAKEN);

    private static final String GRAPH = """
            graph: chaos
            state: { n: { reducer: last }, sum: { reducer: sum }, log: { reducer: append } }
            nodes:
              begin: { set: "{'sum': state.n, 'log': ['begin']}" }
              left: { agent: test-busy, input: "{'sum': state.sum}" }
              right: { agent: test-busy, input: "{'sum': state.sum}" }
              meet: { agent: test-busy, input: "{'sum': state.sum}" }
              finish: { set: "{'log': ['finish']}" }
            edges:
              - { from: START, to: begin }
              - { from: begin, to: [left, right] }
              - { from: [left, right], to: meet }
              - { from: meet, to: finish }
              - { from: finish, to: END }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    private final Site site = Site.open(6);
    private final Map<String, WorkerProcess> workers = new HashMap<>();
    private final Instant begun = Instant.now();
    private int triggered;

    @AfterEach
    void close() {
        workers.values().forEach(WorkerProcess::close);
        site.close();
    }

    @Test
    void nothingIsLostAndNothingDoubledWhileWorkersAreKilledFrozenStoppedAndAdded() throws IOException {
        launch("a", "b", "c");
        workers.values().forEach(WorkerProcess::awaitReady);
        site.apply(GRAPH);
        List<String> calm =
                IntStream.range(0, INPUTS).mapToObj(i -> "calm-" + i).toList();
        trigger(calm);
        awaitCompleted(INPUTS);

        triggerMore(RUNS / 3);
        String killed = freezeABusyOne("a", "b", "c");
        worker(killed).kill();
        launch("d");
        awaitNothingOwnedBy(killed);

        triggerMore(RUNS / 3);
        String frozen = freezeABusyOne("a", "b", "c");
        triggerMore(RUNS - triggered);
        launch("e");
        awaitNothingOwnedBy(frozen);
        worker(frozen).wake();

        worker(busiest("a", "b", "c", "d", "e")).terminate();
        awaitCompleted(RUNS + INPUTS);

        Map<String, List<RunEvent>> journals = journals();
        int records;
        int repeats;
        try {
            checkRuns(journals, calm);
            records = checkEvents(journals);
            repeats = checkCalls();
            workers.forEach((name, worker) -> assertThat(worker.count(OVERTAKEN))
                    .as("runs that worker %s went on with from an old state", name)
                    .isZero());
        } catch (AssertionError found) {
            found.addSuppressed(new AssertionError(told()));
            throw found;
        }
        System.out.printf(
                "chaos: %d runs, %d rows, %d event records, %d repeated calls of at most %d, "
                        + "%d shards fenced in the frozen worker, %d ms%n",
                journals.size(),
                journals.values().stream().mapToInt(List::size).sum(),
                records,
                repeats,
                takenUp() * MOST_CALLS_AT_ONCE_IN_A_RUN,
                worker(frozen).count(FENCED),
                Duration.between(begun, Instant.now()).toMillis());
    }

    /** The logs go with the test, and what was found shows in them alone. */
    private String told() {
        return workers.entrySet().stream()
                .flatMap(worker -> worker.getValue()
                        .output()
                        .lines()
                        .filter(line -> ABOUT_OWNERS.matcher(line).find())
                        .map(line -> worker.getKey() + " " + line))
                .collect(Collectors.joining("\n"));
    }

    private void launch(String... names) {
        for (String name : names) {
            Map<String, String> environment = site.environment(Map.of(
                    "POSTROAD_WORKER_ID",
                    name,
                    "POSTROAD_SESSION_TIMEOUT",
                    "PT2S",
                    "POSTROAD_MAX_RUNS",
                    Integer.toString(MOST_RUNS_AT_ONCE)));
            List<String> flags = List.of("-D" + BusyAgent.NOTES + "=" + directory.resolve(name + ".calls"));
            workers.put(name, WorkerProcess.start(environment, flags, directory.resolve(name + ".log")));
        }
    }

    private WorkerProcess worker(String name) {
        return Objects.requireNonNull(workers.get(name), name);
    }

    private void triggerMore(int runs) {
        trigger(IntStream.range(triggered, triggered + runs)
                .mapToObj(i -> "run-" + i)
                .toList());
        triggered += runs;
    }

    private void trigger(List<String> runIds) {
        site.sendAll(runIds.stream()
                .map(runId -> new ProducerRecord<>(
                        site.topics().triggers(),
                        Site.bytes(runId),
                        Site.bytes("{'graph': 'chaos', 'input': {'n': " + inputOf(runId) + "}}")))
                .toList());
    }

    private static int inputOf(String runId) {
        return Integer.parseInt(runId.substring(runId.indexOf('-') + 1)) % INPUTS;
    }

    private void awaitCompleted(int runs) {
        Site.await(
                runs + " runs are completed",
                () -> site.number("SELECT count(*) FROM postroad.runs WHERE status = 'completed'") >= runs);
    }

    /** Freezes a worker that has several runs in hand, also at the moment when it freezes. */
    private String freezeABusyOne(String... names) {
        AtomicReference<String> frozen = new AtomicReference<>("");
        Site.await("a worker freezes with runs in hand", () -> {
            String name = busiest(names);
            if (runningOf(name) < 2) {
                return false;
            }
            worker(name).freeze();
            if (runningOf(name) < 2) {
                worker(name).wake();
                return false;
            }
            frozen.set(name);
            return true;
        });
        return frozen.get();
    }

    private String busiest(String... names) {
        return Stream.of(names).max(Comparator.comparingLong(this::runningOf)).orElseThrow();
    }

    private long runningOf(String worker) {
        return site.number(
                "SELECT count(*) FROM postroad.runs JOIN postroad.shards USING (shard)"
                        + " WHERE owner = ? AND status = 'running'",
                worker);
    }

    private void awaitNothingOwnedBy(String worker) {
        Site.await(
                "others own what worker " + worker + " believes to own",
                () -> site.number("SELECT count(*) FROM postroad.shards WHERE owner = ?", worker) == 0);
    }

    private Map<String, List<RunEvent>> journals() {
        Map<String, List<RunEvent>> journals = new HashMap<>();
        site.sql()
                .useHandle(handle -> handle.createQuery("SELECT run_id FROM postroad.runs")
                        .mapTo(String.class)
                        .forEach(runId -> journals.put(runId, site.journal(runId))));
        return journals;
    }

    private void checkRuns(Map<String, List<RunEvent>> journals, List<String> calm) {
        assertThat(journals).hasSize(RUNS + INPUTS);
        journals.forEach((runId, journal) -> {
            List<RunEvent> undisturbed = Objects.requireNonNull(journals.get(calm.get(inputOf(runId))));
            assertThat(journal)
                    .as("journal of %s", runId)
                    .extracting(RunEvent::seq)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, ROWS_OF_A_RUN).boxed().toList());
            assertThat(journal)
                    .as("events of %s", runId)
                    .extracting(ChaosTest::what)
                    .containsExactlyInAnyOrderElementsOf(
                            undisturbed.stream().map(ChaosTest::what).toList());
            assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(journal.getLast().data())
                    .as("final state of %s", runId)
                    .isEqualTo(undisturbed.getLast().data());
        });
        assertThat(site.number("SELECT count(*) FROM postroad.journal WHERE run NOT IN (SELECT id FROM postroad.runs)"))
                .as("rows of runs that are not there")
                .isZero();
    }

    private static String what(RunEvent event) {
        return event.type() + " " + event.task() + " " + event.attempt();
    }

    /** Repeats are allowed, but never another event under the same number, nor one before its predecessor. */
    private int checkEvents(Map<String, List<RunEvent>> journals) {
        int rows = journals.values().stream().mapToInt(List::size).sum();
        Site.await("every row is on the events topic", () -> distinct(published()) == rows);
        List<RunEvent> published = published();
        Map<String, Integer> last = new HashMap<>();
        for (RunEvent event : published) {
            assertThat(event.seq()).as("an event outside a journal: %s", event).isPositive();
            int before = last.getOrDefault(event.runId(), 0);
            assertThat(event.seq()).as("order of %s", event.runId()).isLessThanOrEqualTo(before + 1);
            assertThat(event)
                    .isEqualTo(
                            Objects.requireNonNull(journals.get(event.runId())).get(event.seq() - 1));
            last.put(event.runId(), Math.max(before, event.seq()));
        }
        assertThat(site.records(site.topics().deadLetters())).isEmpty();
        return published.size();
    }

    private List<RunEvent> published() {
        return site.records(site.topics().events()).stream().map(Site::event).toList();
    }

    private static int distinct(List<RunEvent> events) {
        return events.stream()
                .map(event -> event.runId() + "/" + event.seq())
                .collect(Collectors.toSet())
                .size();
    }

    /** A task is called again only where its run was taken up by another worker while the task was under way. */
    private int checkCalls() throws IOException {
        List<String> calls = new ArrayList<>();
        for (String worker : workers.keySet()) {
            Path notes = directory.resolve(worker + ".calls");
            calls.addAll(Files.exists(notes) ? Files.readAllLines(notes) : List.of());
        }
        Set<String> tasks = Set.copyOf(calls);
        assertThat(tasks).hasSize((RUNS + INPUTS) * CALLS_OF_A_RUN);
        int repeats = calls.size() - tasks.size();
        assertThat((long) repeats).isLessThanOrEqualTo(takenUp() * MOST_CALLS_AT_ONCE_IN_A_RUN);
        return repeats;
    }

    private long takenUp() {
        return workers.values().stream()
                .flatMapToLong(worker -> worker.numbers(TAKEN_UP))
                .map(runs -> Math.min(runs, MOST_RUNS_AT_ONCE))
                .sum();
    }
}
