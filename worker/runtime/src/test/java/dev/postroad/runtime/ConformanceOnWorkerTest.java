package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.conformance.CaseAgent;
import dev.postroad.engine.conformance.CaseGraph;
import dev.postroad.engine.conformance.Cases;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * The recorded cases of LangGraph on a whole worker: first as they are, then as a new owner of the run finds it that takes
 * it over after any row of its journal. Each comes to the same end, and calls again only what was under way.
 */
@NullMarked
class ConformanceOnWorkerTest {
    private static final List<String> CASES = List.of(
            "01-linear-history",
            "02-fanout-merge-order",
            "03-uneven-diamond-runs-twice",
            "05-join-plus-regular-edge",
            "07-defer",
            "08-last-value-conflict",
            "09-conditional-loop",
            "10-branch-dedup",
            "11-send-map-reduce",
            "13-send-empty",
            "14-recursion-limit",
            "15-retry-succeeds",
            "17-retry-not-matching",
            "18-pending-writes-resume",
            "19-new-input-discards-failed",
            "20-error-handler",
            "21-interrupt-resume",
            "23-parallel-interrupts",
            "24-interrupt-with-sibling",
            "27-command-goto-on-paused",
            "29-fork-with-update",
            "30-fork-without-asnode",
            "33-double-overwrite",
            "36-subgraph-append-doubles");

    private static final Set<EventType> ANSWERED = Set.of(
            EventType.NODE_COMPLETED,
            EventType.NODE_FAILED,
            EventType.NODE_RETRYING,
            EventType.NODE_WAITING,
            EventType.NODE_CANCELLED);

    private static final int MOST_AT_ONCE = 6;

    private static final Site SITE = Site.open();

    /** A case that was run: the id of its run, and the number of the last row after each of its steps. */
    private record Played(String runId, JsonNode recorded, List<Step> steps, List<Integer> ends) {}

    /** A step that changes the run, and its place among all steps of the case. */
    private record Step(int place, JsonNode step) {}

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void everyCaseEndsTheSameThoughItsRunIsTakenOverAfterAnyRow() throws Exception {
        List<Played> played = new ArrayList<>();
        try (Worker _ = SITE.worker()) {
            played.addAll(sideBySide(
                    CASES.stream().map(ConformanceOnWorkerTest::playing).toList()));
        }
        Map<String, Runnable> rest = new LinkedHashMap<>();
        played.forEach(whole -> {
            int rows = whole.ends().getLast();
            for (int cut = 1; cut <= rows; cut++) {
                rest.putAll(takeOver(whole, cut));
            }
        });
        assertThat(rest).hasSizeGreaterThan(250);
        SITE.worker();
        sideBySide(rest.values().stream().map(Executors::callable).toList());
    }

    private static Callable<Played> playing(String id) {
        return () -> {
            JsonNode recorded = Cases.read(id);
            publish(id, recorded);
            return play(id, recorded);
        };
    }

    /** Each waits for its own run most of the time. */
    private static <T> List<T> sideBySide(List<Callable<T>> parts) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(MOST_AT_ONCE)) {
            for (Future<T> part : threads.invokeAll(parts)) {
                results.add(part.get());
            }
        }
        return results;
    }

    /** What LangGraph does by changing an old checkpoint is done by a new run here too, and comes to the same. */
    @Test
    void theCasesThatForkComeToTheSameEndAsANewRun() {
        try (Worker _ = SITE.worker()) {
            for (String id : List.of("29-fork-with-update", "30-fork-without-asnode")) {
                JsonNode recorded = Cases.read(id);
                String name = id + "-forked";
                publish(name, recorded);
                PuppetAgent.play(name, call -> answer(new CaseAgent(recorded.get("graph")), call));
                PuppetAgent.play("fork-of-" + name, call -> answer(new CaseAgent(recorded.get("graph")), call));
                SITE.trigger(name, name, recorded.at("/steps/0/input").toString());
                SITE.ended(name);
                JsonNode update = recorded.at("/steps/1");
                SITE.control(
                        name,
                        new Control.Fork(
                                version(name, update.at("/at/next")),
                                "fork-of-" + name,
                                (ObjectNode) update.get("values"),
                                update.path("asNode").textValue(),
                                null));
                SITE.ended("fork-of-" + name);
                assertThat(state("fork-of-" + name)).as(id).isEqualTo(recorded.at("/expected/2/values"));
            }
        }
    }

    private static void publish(String id, JsonNode recorded) {
        CaseGraph.definitions(id, recorded.get("graph")).values().forEach(definition -> {
            JsonNode limit = recorded.at("/steps/0/limit");
            if (!limit.isMissingNode()) {
                definition.putObject("limits").set("supersteps", limit);
            }
            SITE.apply(definition.toString().replace("\"" + CaseGraph.AGENT + "\"", "\"test-puppet\""));
        });
    }

    private static List<Step> steps(JsonNode recorded) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < recorded.get("steps").size(); i++) {
            JsonNode step = recorded.get("steps").get(i);
            // Other threads are other runs.
            if (Set.of("run", "updateState").contains(step.get("op").asText()) && !step.has("thread")) {
                steps.add(new Step(i, step));
            }
        }
        return steps;
    }

    private static Played play(String id, JsonNode recorded) {
        CaseAgent agent = new CaseAgent(recorded.get("graph"));
        PuppetAgent.play(id, call -> answer(agent, call));
        List<Step> steps = steps(recorded);
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            take(id, steps.get(i).step(), i);
            ends.add(SITE.journal(id).size());
            compare(id, recorded, steps.get(i).place(), steps.get(i).step());
        }
        return new Played(id, recorded, steps, ends);
    }

    private static AgentReply answer(CaseAgent agent, AgentCall call) throws InterruptedException {
        CaseAgent.Done done = agent.call(call.node(), call.input(), call.answers());
        TimeUnit.MILLISECONDS.sleep(done.millis());
        return done.reply();
    }

    /** What the run came to is what LangGraph came to, where it is not meant to differ. */
    private static void compare(String id, JsonNode recorded, int place, JsonNode step) {
        JsonNode expected = recorded.get("expected").get(place);
        RunStatus status = status(id);
        if (recorded.has("deviation") || step.get("op").asText().equals("updateState")) {
            return;
        }
        boolean rejected = SITE.journal(id).getLast().type() == EventType.COMMAND_REJECTED;
        String outcome = rejected || status == RunStatus.FAILED
                ? "failed"
                : status == RunStatus.WAITING ? "interrupted" : status.publicName();
        assertThat(outcome)
                .as(id + " " + step)
                .isEqualTo(expected.get("outcome").asText());
        if (status == RunStatus.COMPLETED) {
            assertThat(state(id)).as(id + " " + step).isEqualTo(expected.get("values"));
        }
    }

    /** Leaves the run as a worker would that died after some rows; gives what is to be done and seen once it is taken up. */
    private static Map<String, Runnable> takeOver(Played whole, int cut) {
        int current = 0;
        while (whole.ends().get(current) < cut) {
            current++;
        }
        List<RunEvent> journal = SITE.journal(whole.runId());
        String copy = whole.runId() + "-" + cut;
        SITE.copyBeginning(whole.runId(), cut, copy, statusAfter(journal.subList(0, cut)));
        Map<String, Integer> before = answered(journal.subList(0, cut));
        CaseAgent agent = new CaseAgent(whole.recorded().get("graph"), before);
        PuppetAgent.play(copy, call -> answer(agent, call));
        int next = current + 1;
        return Map.of(copy, () -> finish(whole, copy, next, before));
    }

    private static void finish(Played whole, String copy, int next, Map<String, Integer> before) {
        Site.await(copy + " is at rest", () -> isAtRest(copy));
        for (int i = next; i < whole.steps().size(); i++) {
            take(copy, whole.steps().get(i).step(), i);
        }
        assertThat(status(copy)).as(copy).isEqualTo(status(whole.runId()));
        assertThat(state(copy)).as(copy).isEqualTo(state(whole.runId()));
        Map<String, Integer> all = new TreeMap<>(before);
        calls(copy).forEach((node, count) -> all.merge(node, count, Integer::sum));
        assertThat(all).as("the calls that counted in " + copy).isEqualTo(calls(whole.runId()));
    }

    private static Map<String, Integer> calls(String runId) {
        Map<String, Integer> calls = new TreeMap<>();
        PuppetAgent.calls(runId).forEach(call -> calls.merge(call.node(), 1, Integer::sum));
        return calls;
    }

    /** The calls whose answers are in a journal, by node. */
    private static Map<String, Integer> answered(List<RunEvent> journal) {
        Map<String, Integer> answered = new TreeMap<>();
        for (RunEvent event : journal) {
            // A node that is a graph is not called.
            boolean called = journal.stream()
                    .anyMatch(start -> start.type() == EventType.NODE_STARTED
                            && Objects.equals(start.task(), event.task())
                            && start.data().has("agent"));
            if (ANSWERED.contains(event.type()) && called) {
                answered.merge(Objects.requireNonNull(event.node()), 1, Integer::sum);
            }
        }
        return answered;
    }

    private static String statusAfter(List<RunEvent> journal) {
        String status = "queued";
        for (RunEvent event : journal) {
            status = switch (event.type()) {
                case RUN_STARTED, RUN_RETRIED, RUN_RESUMED, RUN_CONTINUED, RUN_UNPAUSED -> "running";
                case RUN_WAITING -> "waiting";
                case STATE_UPDATED -> "paused";
                case RUN_ROLLED_BACK -> event.data().path("resume").asBoolean() ? "running" : "paused";
                case RUN_COMPLETED -> "completed";
                case RUN_FAILED -> "failed";
                default -> status;
            };
        }
        return status;
    }

    private static void take(String runId, JsonNode step, int number) {
        if (number == 0) {
            SITE.trigger(runId, runId, step.get("input").toString());
            Site.await(runId + " is at rest", () -> isAtRest(runId));
            return;
        }
        Control.Action action = action(runId, step);
        if (action == null) {
            return;
        }
        String commandId = runId + "/" + number;
        SITE.send(
                SITE.topics().control(),
                Site.bytes(runId),
                Site.bytes(new Control(runId, commandId, action).toJson().toString()));
        Site.await(
                commandId + " is answered",
                () -> SITE.journal(runId).stream()
                        .anyMatch(
                                event -> event.data().path("commandId").asText().equals(commandId)));
        Site.await(runId + " is at rest", () -> isAtRest(runId));
    }

    private static Control.@org.jspecify.annotations.Nullable Action action(String runId, JsonNode step) {
        if (step.get("op").asText().equals("updateState")) {
            return new Control.UpdateState(
                    (ObjectNode) step.get("values"),
                    step.path("asNode").textValue(),
                    version(runId, step.path("at").path("next")));
        }
        JsonNode input = step.path("input");
        JsonNode command = input.path("$command");
        if (command.isObject()) {
            return resume(runId, command);
        }
        if (input instanceof ObjectNode object) {
            return new Control.Continue(object, WhenBusy.REJECT);
        }
        return switch (status(runId)) {
            case FAILED, CANCELLED -> new Control.Retry();
            case WAITING -> new Control.Resume(Map.of(), null, List.of());
            case PAUSED -> new Control.Unpause();
            case QUEUED, RUNNING, COMPLETED -> null;
        };
    }

    private static Control.Resume resume(String runId, JsonNode command) {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        if (command.has("resume")) {
            answers.put(Control.Resume.ONLY, command.get("resume"));
        }
        JsonNode open = SITE.journal(runId).stream()
                .filter(event -> event.type() == EventType.RUN_WAITING)
                .toList()
                .getLast()
                .data()
                .path("interrupts");
        command.path("resumeByPayload")
                .forEach(pair -> open.forEach(interrupt -> {
                    if (interrupt.get("value").equals(pair.get(0))) {
                        answers.put(interrupt.get("id").asText(), pair.get(1));
                    }
                }));
        List<Goto> next = new ArrayList<>();
        command.path("goto").forEach(node -> next.add(Goto.node(node.asText())));
        ObjectNode update = command.get("update") instanceof ObjectNode object ? object : null;
        return new Control.Resume(answers, update, next);
    }

    /** The newest version after which these nodes ran. */
    private static @org.jspecify.annotations.Nullable Integer version(String runId, JsonNode next) {
        if (next.isMissingNode()) {
            return null;
        }
        assertThat(next)
                .as("the cases have one next node where they name a version")
                .hasSize(1);
        return SITE.journal(runId).stream()
                .filter(event -> event.type() == EventType.NODE_STARTED
                        && next.get(0).asText().equals(event.node()))
                .toList()
                .getLast()
                .version();
    }

    private static boolean isAtRest(String runId) {
        return switch (status(runId)) {
            case QUEUED, RUNNING -> false;
            case WAITING, PAUSED, COMPLETED, FAILED, CANCELLED -> true;
        };
    }

    private static RunStatus status(String runId) {
        return SITE.history().find(runId).map(found -> found.status()).orElse(RunStatus.QUEUED);
    }

    private static JsonNode state(String runId) {
        return SITE.history()
                .state(runId, null)
                .map(found -> (JsonNode) found.state())
                .orElse(JsonNodeFactory.instance.nullNode());
    }
}
