package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.run.RandomDefinition;
import dev.postroad.runtime.history.past.RunState;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Any messages of users at any moments, on two workers with a real Kafka and Postgres. As in the engine alone, none is
 * left without an answer, no run is stuck, and each is what its journal says. A failure prints the seed, and
 * {@code -Dpostroad.seed=N} runs that one again.
 */
@NullMarked
class ControlOnWorkerTest {
    private static final int RUNS = Integer.getInteger("postroad.runs", 500);
    private static final int GRAPHS = 20;
    private static final int MOST_MESSAGES = 6;
    private static final int KINDS = 10;
    private static final List<WhenBusy> WHEN_BUSY = List.of(WhenBusy.values());

    private static final Site SITE = Site.open();

    private final long seed = Long.getLong("postroad.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, List<String>> sent = new LinkedHashMap<>();
    private final List<String> forks = new ArrayList<>();

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void everyMessageIsAnsweredAndEveryRunComesToAnEndWhateverUsersSend() {
        try {
            steerManyRuns();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
        }
    }

    private void steerManyRuns() {
        SITE.apply(RandomDefinition.inside("test-puppet"));
        for (int i = 0; i < GRAPHS; i++) {
            SITE.apply(RandomDefinition.of(random, "random-" + i, "test-puppet").toString());
        }
        SITE.worker(Map.of("POSTROAD_MAX_RUNS", "50"));
        SITE.worker(Map.of("POSTROAD_MAX_RUNS", "50"));
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == GRAPHS + 1);
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            String runId = "run-" + i;
            PuppetAgent.play(runId, new Chance(random.nextLong())::answer);
            messages.add(runId);
            for (int n = random.nextInt(1, MOST_MESSAGES + 1); n > 0; n--) {
                messages.add("steer " + runId);
            }
        }
        // A message may come long before its run, while it is queued, in the middle of a call, or after the end.
        Collections.shuffle(messages, random);
        for (String message : messages) {
            if (message.startsWith("steer ")) {
                steer(message.substring("steer ".length()));
            } else {
                SITE.trigger("random-" + random.nextInt(GRAPHS), message, "{'total': " + random.nextInt(5) + "}");
            }
        }
        List<String> all = new ArrayList<>(sent.keySet());
        finish(all);
        finish(made());
        all.forEach(this::check);
        made().forEach(this::check);
    }

    private void steer(String runId) {
        List<String> commands = sent.computeIfAbsent(runId, id -> new ArrayList<>());
        String commandId = runId + "/" + commands.size();
        commands.add(commandId);
        SITE.client().control(new Control(runId, commandId, action(commandId)));
    }

    private Control.Action action(String commandId) {
        return switch (random.nextInt(KINDS)) {
            case 0 -> new Control.Cancel("by chance");
            case 1 -> new Control.Retry();
            case 2, 3 -> new Control.Pause();
            case 4 -> new Control.Unpause();
            case 5 -> new Control.Resume(Map.of(), maybe(update()), List.of());
            case 6 -> new Control.Continue(update(), WHEN_BUSY.get(random.nextInt(WHEN_BUSY.size())));
            case 7 -> new Control.UpdateState(update(), maybe("START"), maybe(random.nextInt(4)));
            case 8 -> new Control.Rollback(random.nextInt(1, 4), random.nextBoolean());
            default -> {
                String newRunId = "fork-of-" + commandId.replace('/', '-');
                PuppetAgent.play(newRunId, new Chance(random.nextLong())::answer);
                forks.add(newRunId);
                yield new Control.Fork(maybe(random.nextInt(1, 4)), newRunId, maybe(update()), null, null);
            }
        };
    }

    private ObjectNode update() {
        ObjectNode update = JsonNodeFactory.instance.objectNode();
        return random.nextInt(5) == 0 ? update.put("no such channel", 1) : update.put("total", random.nextInt(10));
    }

    private <T> @Nullable T maybe(T value) {
        return random.nextBoolean() ? value : null;
    }

    /** The forks that were made; others were refused. */
    private List<String> made() {
        return forks.stream().filter(id -> SITE.history().find(id).isPresent()).toList();
    }

    /** Lets what is paused go on, and answers what is asked, until all runs have ended. */
    private void finish(List<String> runs) {
        Map<String, Integer> nudged = new LinkedHashMap<>();
        Set<String> open = new LinkedHashSet<>(runs);
        Awaitility.await("all runs have ended and all messages are answered")
                .atMost(Site.LIMIT.multipliedBy(2))
                .untilAsserted(() -> {
                    Map<String, RunStatus> statuses = statuses();
                    open.removeIf(runId -> hasEnded(runId, statuses.getOrDefault(runId, RunStatus.QUEUED), nudged));
                    assertThat(open.stream().map(this::described)).isEmpty();
                });
    }

    private String described(String runId) {
        List<RunEvent> journal = SITE.journal(runId);
        return runId + " is " + SITE.history().find(runId).map(RunSummary::status) + ", was sent " + sent.get(runId)
                + ", after "
                + journal.stream()
                        .skip(Math.max(0, journal.size() - 12))
                        .map(event -> event.type().publicName()
                                + event.data().path("commandId").asText(" ")
                                + event.data().path("reason").asText(" "))
                        .toList();
    }

    private static Map<String, RunStatus> statuses() {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery("SELECT run_id, status FROM postroad.runs")
                        .reduceRows(new LinkedHashMap<String, RunStatus>(), (all, row) -> {
                            all.put(
                                    row.getColumn("run_id", String.class),
                                    RunStatus.of(row.getColumn("status", String.class)));
                            return all;
                        }));
    }

    private boolean hasEnded(String runId, RunStatus status, Map<String, Integer> nudged) {
        if (status == RunStatus.PAUSED || status == RunStatus.WAITING) {
            int seq = lastSeq(runId);
            if (!Integer.valueOf(seq).equals(nudged.put(runId, seq))) {
                nudge(runId, status);
            }
        }
        return status.isEnded() && isAnswered(runId);
    }

    private static int lastSeq(String runId) {
        return (int) SITE.number(
                "SELECT max(seq) FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run WHERE r.run_id = ?",
                runId);
    }

    private static void nudge(String runId, RunStatus status) {
        if (status == RunStatus.PAUSED) {
            SITE.control(runId, new Control.Unpause());
            return;
        }
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        SITE.journal(runId).stream()
                .filter(event -> event.type() == EventType.RUN_WAITING)
                .reduce((first, last) -> last)
                .ifPresent(waiting -> waiting.data()
                        .path("interrupts")
                        .forEach(interrupt -> answers.put(interrupt.path("id").asText(), Json.whole(1))));
        SITE.control(runId, new Control.Resume(answers, null, List.of()));
    }

    private boolean isAnswered(String runId) {
        List<String> answered = answered(runId);
        return answered.containsAll(sent.getOrDefault(runId, List.of()));
    }

    private static List<String> answered(String runId) {
        return SITE.journal(runId).stream()
                .map(event -> event.data().path("commandId").asText())
                .filter(id -> !id.isEmpty())
                .toList();
    }

    private void check(String runId) {
        List<RunEvent> journal = SITE.journal(runId);
        for (String commandId : sent.getOrDefault(runId, List.of())) {
            List<EventType> answers = journal.stream()
                    .filter(event -> event.data().path("commandId").asText().equals(commandId))
                    .map(RunEvent::type)
                    .toList();
            assertThat(answers).as("the answers to %s", commandId).isNotEmpty().hasSizeLessThanOrEqualTo(2);
            assertThat(answers.size() == 1
                            || answers.equals(List.of(EventType.RUN_PAUSING, EventType.RUN_PAUSED))
                            || answers.getFirst() == EventType.RUN_CONTINUED)
                    .as("%s is answered once, but for what is carried out later: %s", commandId, answers)
                    .isTrue();
        }
        assertThat(journal)
                .extracting(RunEvent::seq)
                .isEqualTo(IntStream.rangeClosed(1, journal.size()).boxed().toList());
        RunSummary stored = SITE.history().find(runId).orElseThrow();
        RunState folded = SITE.history().state(runId, null).orElseThrow();
        assertThat(folded.status()).as(runId).isEqualTo(stored.status());
        RunEvent end = journal.stream()
                .filter(event -> event.type().endsRun())
                .reduce((first, last) -> last)
                .orElse(null);
        if (end != null && end.equals(journal.getLast())) {
            assertThat(end.data().path("state")).as(runId).isEqualTo(folded.state());
        }
    }

    /** What an agent does by chance, the same each time for the same task and attempt. */
    private record Chance(long seed) {
        AgentReply answer(AgentCall call) throws InterruptedException {
            Random chance = new Random(seed + call.task().hashCode() + 31L * call.attempt());
            TimeUnit.MILLISECONDS.sleep(chance.nextInt(30));
            int kind = chance.nextInt(20);
            if (kind == 0 && call.answers().isEmpty()) {
                return new AgentReply.Interrupted(JsonNodeFactory.instance.textNode("may " + call.task() + " go on?"));
            }
            return switch (kind) {
                case 1 -> AgentReply.retryable("busy", "come back later");
                case 2 -> AgentReply.permanent("broken", "no");
                case 3 -> new AgentReply.Sleeping(Duration.ofMillis(chance.nextInt(200)));
                default ->
                    AgentReply.completed(JsonNodeFactory.instance
                            .objectNode()
                            .put("text", call.task())
                            .put("n", chance.nextInt(1_000)));
            };
        }
    }
}
