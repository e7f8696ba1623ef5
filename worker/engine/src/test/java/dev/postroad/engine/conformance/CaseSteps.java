package dev.postroad.engine.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.conformance.CaseRun.Past;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import dev.postroad.engine.run.Interrupt;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Takes the steps of a case, one by one, and compares what happens with what LangGraph did. */
final class CaseSteps {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String NAME = "case";
    private static final String BEFORE = "interruptBefore";
    private static final String AFTER = "interruptAfter";
    private static final String CONFLICT = "channel-conflict";
    private static final String OUT_OF_SUPERSTEPS = "superstep-limit";
    private static final int PLENTY = 10_000;

    private final JsonNode recorded;
    private final Breakpoints breakpoints;
    private final CaseAgent agent;
    private final Map<String, CaseRun> runs = new HashMap<>();
    private boolean inConflict;
    private boolean deviated;
    private int taken;

    CaseSteps(JsonNode recorded) {
        this(recorded, Breakpoints.NONE);
    }

    private CaseSteps(JsonNode recorded, Breakpoints breakpoints) {
        this.recorded = recorded;
        this.breakpoints = breakpoints;
        this.agent = new CaseAgent(recorded.get("graph"));
    }

    /** With what the graph's definition says of where its runs stop said of the run alone. */
    static CaseSteps pausing(JsonNode recorded) {
        JsonNode graph = recorded.get("graph");
        return new CaseSteps(recorded, new Breakpoints(stops(graph, BEFORE), stops(graph, AFTER)));
    }

    static boolean hasStops(JsonNode recorded) {
        JsonNode graph = recorded.get("graph");
        return graph.has(BEFORE) || graph.has(AFTER);
    }

    private static List<String> stops(JsonNode graph, String field) {
        JsonNode given = graph.path(field);
        return given.isTextual() ? List.of(given.asText()) : texts(given);
    }

    void check() throws FaultsException {
        JsonNode steps = recorded.get("steps");
        for (int i = 0; i < steps.size() && !deviated; i++) {
            JsonNode step = steps.get(i);
            JsonNode expected = recorded.get("expected").get(i);
            String about = recorded.path("id").asText() + ", step " + (i + 1) + " " + step;
            taken = i + 1;
            if (taken == recorded.path("differs").path("step").asInt()) {
                // On purpose; and where it does so no more, the case is to say so no more.
                assertThatThrownBy(() -> take(about, step, expected)).as(about).isInstanceOf(AssertionError.class);
                return;
            }
            take(about, step, expected);
        }
    }

    /** How many steps were taken, or tried. */
    int taken() {
        return taken;
    }

    private void take(String about, JsonNode step, JsonNode expected) throws FaultsException {
        switch (step.get("op").asText()) {
            case "run" -> run(about, step, expected);
            case "state" -> state(about, step, expected);
            case "history" -> history(about, step, expected);
            case "updateState" -> update(about, step, expected);
            default -> throw new IllegalArgumentException("no such step: " + step);
        }
    }

    private Graph graph(int supersteps) throws FaultsException {
        Map<String, Graph> compiled = new HashMap<>();
        for (Map.Entry<String, ObjectNode> definition :
                CaseGraph.definitions(NAME, recorded.get("graph")).entrySet()) {
            definition.getValue().putObject("limits").put("supersteps", supersteps);
            if (!breakpoints.isEmpty() && definition.getKey().equals(NAME)) {
                definition.getValue().remove(List.of(BEFORE, AFTER));
            }
            GraphDefinition read = (GraphDefinition)
                    Definitions.readAll(definition.getValue().toString()).getFirst();
            compiled.put(definition.getKey(), GraphCompiler.compile(read, 1, library(compiled)));
        }
        return Objects.requireNonNull(compiled.get(NAME));
    }

    private static Library library(Map<String, Graph> graphs) {
        return new Library() {
            @Override
            public boolean hasAgent(String name) {
                return name.equals(CaseGraph.AGENT);
            }

            @Override
            public @Nullable Graph graph(String name, @Nullable Integer version) {
                return graphs.get(name);
            }
        };
    }

    private static String thread(JsonNode step) {
        return step.path("thread").asText("1");
    }

    private CaseRun existing(JsonNode step) {
        return Objects.requireNonNull(runs.get(thread(step)), "the run was not started");
    }

    private void run(String about, JsonNode step, JsonNode expected) throws FaultsException {
        Map<String, Integer> callsBefore = agent.calls();
        JsonNode input = step.path("input");
        CaseRun run = runs.get(thread(step));
        int seen = 0;
        List<JsonNode> updates = new ArrayList<>();
        boolean again = inConflict && input.isNull();
        if (run == null) {
            int limit = step.path("limit").asInt(PLENTY);
            if (graph(limit).refusal((ObjectNode) input) != null) {
                // LangGraph ignores what it does not know; we refuse the trigger.
                assertThat(recorded.has("deviation")).as(about).isTrue();
                deviated = true;
                return;
            }
            run = new CaseRun(graph(limit), agent, (ObjectNode) input, breakpoints);
            runs.put(thread(step), run);
        } else {
            // LangGraph counts START as one of the first run's, and allows two more when it goes on without one.
            boolean entersAnew = input.isObject() && !input.has("$command");
            int limit = step.path("limit").asInt(PLENTY);
            run.limitTo(graph(entersAnew ? limit : limit + 2));
            seen = run.journal().size();
            boolean replays = step.has("at") && input.isNull();
            if (step.has("at")) {
                Run base = run.at(version(run, step.get("at")));
                run.tell(new Command.Rollback(run.commandId(), base, replays));
            }
            if (!replays) {
                updates.addAll(cached(run, input));
                tell(run, input);
            }
        }
        List<Event> events = run.journal().subList(seen, run.journal().size());
        updates.addAll(CaseRun.updates(events));
        compare(about, expected, run, events, updates, callsBefore, again);
    }

    private static int version(CaseRun run, JsonNode at) {
        List<Past> history = run.history();
        List<String> wanted = texts(at.get("next")).stream().sorted().toList();
        boolean oldest = at.path("pick").asText().equals("oldest");
        int found = -1;
        for (Past past : history) {
            if (past.next().stream().sorted().toList().equals(wanted) && (found < 0 || !oldest)) {
                found = past.version();
            }
        }
        assertThat(found).as("a version whose next nodes are " + wanted).isGreaterThanOrEqualTo(0);
        return found;
    }

    /** What LangGraph streams anew, because it is done and the superstep is not. */
    private static List<JsonNode> cached(CaseRun run, JsonNode input) {
        if (input.isObject() && !input.has("$command")) {
            return List.of();
        }
        Map<String, EventBody.NodeCompleted> done = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        int version = run.run().version();
        for (Event event : run.journal()) {
            if (event.version() == version
                    && event.task() != null
                    && event.task().indexOf('/') < 0
                    && event.body() instanceof EventBody.NodeCompleted completed
                    && !closes(run, event)) {
                done.put(event.task(), completed);
                names.put(event.task(), CaseRun.shownName(event));
            }
        }
        List<JsonNode> cached = new ArrayList<>();
        done.forEach((task, completed) -> {
            ObjectNode update = NODES.objectNode();
            update.set(Objects.requireNonNull(names.get(task)), CaseRun.shown(completed.writes()));
            update.putObject("__metadata__").put("cached", true);
            cached.add(update);
        });
        return cached;
    }

    private static boolean closes(CaseRun run, Event event) {
        int before = event.seq() == 1 ? 0 : run.journal().get(event.seq() - 2).version();
        return event.version() > before;
    }

    private void tell(CaseRun run, JsonNode input) {
        if (input.isObject() && input.has("$command")) {
            JsonNode command = input.get("$command");
            boolean bare = !command.has("goto") && !command.has("update");
            if (run.run().status() != RunStatus.COMPLETED || !bare) {
                run.tell(resume(run, command));
            }
            return;
        }
        if (input.isObject()) {
            run.tell(new Command.Steer(run.commandId(), new Control.Continue((ObjectNode) input, WhenBusy.REJECT)));
            return;
        }
        switch (run.run().status()) {
            case FAILED, CANCELLED -> run.tell(new Command.Steer(run.commandId(), new Control.Retry()));
            case WAITING -> run.tell(new Command.Resume(run.commandId(), Map.of(), null, List.of()));
            case PAUSED -> run.tell(new Command.Steer(run.commandId(), new Control.Unpause()));
            case QUEUED, RUNNING, COMPLETED -> {}
        }
    }

    private static Command resume(CaseRun run, JsonNode command) {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        if (command.has("resume")) {
            answers.put(Command.Resume.ONLY, command.get("resume"));
        }
        for (JsonNode pair : command.path("resumeByPayload")) {
            Interrupt meant = run.run().interrupts().stream()
                    .filter(open -> open.question().equals(pair.get(0)) && !answers.containsKey(open.id()))
                    .findFirst()
                    .orElseThrow();
            answers.put(meant.id(), pair.get(1));
        }
        List<Target> next = new ArrayList<>();
        JsonNode gotos = command.path("goto");
        for (JsonNode target : gotos.isArray()
                ? gotos
                : gotos.isMissingNode() ? NODES.arrayNode() : NODES.arrayNode().add(gotos)) {
            JsonNode send = target.get("send");
            next.add(
                    send == null
                            ? Target.of(target.asText())
                            : new Target(send.get("node").asText(), send.get("arg")));
        }
        ObjectNode update = command.get("update") instanceof ObjectNode object ? object : null;
        return new Command.Resume(run.commandId(), answers, update, next);
    }

    private void compare(
            String about,
            JsonNode expected,
            CaseRun run,
            List<Event> events,
            List<JsonNode> updates,
            Map<String, Integer> callsBefore,
            boolean again) {
        Run now = run.run();
        boolean rejected = events.stream().anyMatch(event -> event.body() instanceof EventBody.CommandRejected);
        String outcome = rejected ? "failed" : outcome(now.status(), events);
        String wantedError = expected.path("error").path("type").asText();
        boolean conflict = wantedError.equals("InvalidUpdateError");
        boolean outOfSteps = wantedError.equals("GraphRecursionError");
        if (recorded.has("deviation") && deviates(now, expected, wantedError)) {
            deviated = true;
            return;
        }
        if (outOfSteps && now.status() == RunStatus.COMPLETED) {
            // We let a chain of k nodes finish within k supersteps.
            assertThat(recorded.has("deviation")).as(about).isTrue();
            assertThat(now.next()).as(about).isEmpty();
        } else {
            assertThat(outcome)
                    .as(about + ": " + now.error())
                    .isEqualTo(expected.get("outcome").asText());
        }
        if (!expected.path("values").isNull()) {
            assertThat((JsonNode) (now.status() == RunStatus.WAITING ? now.stateSoFar() : now.state()))
                    .as(about)
                    .isEqualTo(unprefixed(expected, expected.get("values")));
        }
        checkError(about, now, conflict, outOfSteps, wantedError, rejected);
        inConflict = conflict;
        if (again && conflict) {
            // LangGraph is stuck for ever; we run the nodes in conflict again.
            return;
        }
        assertThat(difference(agent.calls(), callsBefore)).as(about).isEqualTo(calls(expected));
        JsonNode wanted =
                expected.has("updatesUnordered") ? expected.get("updatesUnordered") : expected.path("updates");
        List<JsonNode> streamed = updates;
        if (now.status() == RunStatus.FAILED && wanted.size() < updates.size()) {
            // LangGraph streams nothing after the first failure; we publish what its siblings still do.
            streamed = updates.subList(
                    0, updates.size() - CaseRun.updates(afterFailure(events)).size());
        }
        if (expected.has("updatesUnordered")) {
            if (recorded.has("source") && now.status() == RunStatus.FAILED) {
                // What finishes at the same time as a failure is streamed or not by chance.
                assertThat(updates).as(about).containsAll(wanted);
            } else {
                assertThat(streamed).as(about).containsExactlyInAnyOrderElementsOf(unprefixed(expected, wanted));
            }
        } else if (expected.has("updates")) {
            assertThat(streamed).as(about).containsExactlyElementsOf(unprefixed(expected, wanted));
        }
        List<JsonNode> questions =
                now.interrupts().stream().map(Interrupt::question).toList();
        if (expected.has("interrupts")) {
            assertThat(questions).as(about).containsExactlyInAnyOrderElementsOf(expected.get("interrupts"));
        }
    }

    /**
     * Whether we end otherwise than LangGraph on purpose, after which its further steps say nothing: an error that was
     * handled beside siblings stays handled, and what nobody knows is an error that names it.
     */
    private static boolean deviates(Run now, JsonNode expected, String wantedError) {
        boolean failed = expected.get("outcome").asText().equals("failed");
        boolean own = wantedError.equals("GraphRecursionError") || wantedError.equals("InvalidUpdateError");
        if (failed && !own && now.status() == RunStatus.COMPLETED) {
            return true;
        }
        RunError error = now.error();
        return !failed && error != null && error.type().equals("bad-output");
    }

    private static List<Event> afterFailure(List<Event> events) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).body() instanceof EventBody.NodeFailed failed && failed.handler() == null) {
                return events.subList(i + 1, events.size());
            }
        }
        return List.of();
    }

    private static void checkError(
            String about, Run now, boolean conflict, boolean outOfSteps, String wanted, boolean rejected) {
        RunError error = now.error();
        if (rejected || wanted.isEmpty() || now.status() != RunStatus.FAILED) {
            return;
        }
        assertThat(error).as(about).isNotNull();
        String type = Objects.requireNonNull(error).type();
        assertThat(type).as(about).isEqualTo(conflict ? CONFLICT : outOfSteps ? OUT_OF_SUPERSTEPS : wanted);
        if (conflict) {
            assertThat(error.message()).as("names the channel and the nodes").matches("(?s)channel .+, from .+");
        }
    }

    private static String outcome(RunStatus status, List<Event> events) {
        return switch (status) {
            case COMPLETED -> "completed";
            case FAILED, CANCELLED -> "failed";
            case WAITING -> "interrupted";
            case PAUSED ->
                events.getLast().body() instanceof EventBody.RunPaused paused
                                && !paused.at().isEmpty()
                        ? "interrupted"
                        : "ok";
            case QUEUED, RUNNING -> "stuck";
        };
    }

    /**
     * Where LangGraph doubles the prefix of a channel that a subgraph appends to, the prefix is taken out of what was
     * recorded: we give what the subgraph wrote.
     */
    private JsonNode unprefixed(JsonNode expected, JsonNode tree) {
        boolean nested = false;
        for (JsonNode node : recorded.get("graph").path("nodes")) {
            nested |= node.has("subgraph");
        }
        return nested && recorded.has("deviation") ? new Undoubled(recorded, expected).of(tree) : tree;
    }

    private static Map<String, Integer> calls(JsonNode expected) {
        Map<String, Integer> calls = new TreeMap<>();
        expected.path("calls")
                .properties()
                .forEach(call -> calls.put(call.getKey(), call.getValue().asInt()));
        return calls;
    }

    private static Map<String, Integer> difference(Map<String, Integer> after, Map<String, Integer> before) {
        Map<String, Integer> difference = new TreeMap<>();
        after.forEach((node, count) -> {
            int more = count - before.getOrDefault(node, 0);
            if (more > 0) {
                difference.put(node, more);
            }
        });
        return difference;
    }

    private void state(String about, JsonNode step, JsonNode expected) {
        Run now = existing(step).run();
        if (expected.path("outcome").asText().equals("failed")) {
            // LangGraph cannot even show the state after a conflict.
            assertThat(now.state()).as(about).isNotNull();
            assertThat(now.error()).as(about).isNotNull();
            return;
        }
        JsonNode state = expected.get("state");
        assertThat((JsonNode) now.stateSoFar()).as(about).isEqualTo(unprefixed(expected, state.get("values")));
        assertThat(listed(now.next())).as(about).isEqualTo(listed(texts(state.get("next"))));
    }

    private void history(String about, JsonNode step, JsonNode expected) {
        List<List<Object>> own = existing(step).history().stream()
                .map(past -> List.<Object>of(past.values(), listed(past.next())))
                .toList();
        List<List<Object>> wanted = new ArrayList<>();
        for (JsonNode past : expected.get("history")) {
            wanted.add(List.of(unprefixed(expected, past.get("values")), listed(texts(past.get("next")))));
        }
        assertThat(own).as(about).isEqualTo(wanted);
    }

    /** LangGraph.js lists what is next in an order of its own. */
    private List<String> listed(List<String> next) {
        return recorded.has("source") ? next.stream().sorted().toList() : next;
    }

    private void update(String about, JsonNode step, JsonNode expected) {
        CaseRun run = existing(step);
        Run base = step.has("at") ? run.at(version(run, step.get("at"))) : null;
        ObjectNode values = step.get("values") instanceof ObjectNode object ? object : NODES.objectNode();
        int seen = run.journal().size();
        run.tell(new Command.UpdateState(
                run.commandId(), values, node(step.path("asNode").textValue()), base));
        boolean rejected = run.journal().subList(seen, run.journal().size()).stream()
                .anyMatch(event -> event.body() instanceof EventBody.CommandRejected);
        assertThat(rejected ? "failed" : "ok")
                .as(about)
                .isEqualTo(expected.get("outcome").asText());
    }

    private static @Nullable String node(@Nullable String name) {
        if ("__start__".equals(name)) {
            return "START";
        }
        return "__end__".equals(name) ? "END" : name;
    }

    private static List<String> texts(@Nullable JsonNode list) {
        List<String> texts = new ArrayList<>();
        if (list != null) {
            list.forEach(text -> texts.add(text.asText()));
        }
        return texts;
    }
}
