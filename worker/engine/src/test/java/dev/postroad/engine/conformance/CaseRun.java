package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import dev.postroad.engine.run.EventCodec;
import dev.postroad.engine.run.Origin;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.Run;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** One run of a case, driven in simulated time; after each decision its journal must fold to the same run. */
final class CaseRun {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_DECISIONS = 100_000;

    private final CaseAgent agent;
    private final List<Event> journal = new ArrayList<>();
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingInt(Due::number));
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Run run;
    private int number;

    private record Due(Instant at, int number, Command command) {}

    CaseRun(Graph graph, CaseAgent agent, ObjectNode input, Breakpoints breakpoints) {
        this.agent = agent;
        this.run = Run.empty("case", graph);
        Admission admission = new Admission(input, 0, null, Map.of(), new Origin("t", 0, 0)).pausing(breakpoints);
        take(Decider.admit("case", graph, admission, now));
        tell(new Command.Start());
    }

    Run run() {
        return run;
    }

    List<Event> journal() {
        return journal;
    }

    /** Goes on under other limits. */
    void limitTo(Graph graph) {
        run = Run.fold("case", graph, journal);
    }

    String commandId() {
        return "command-" + ++number;
    }

    /** Tells the run something, and lets everything happen that follows. */
    void tell(Command command) {
        take(Decider.decide(run, command, now));
        for (int i = 0; !due.isEmpty(); i++) {
            if (i > MOST_DECISIONS) {
                throw new AssertionError("the run does not come to rest");
            }
            Due next = due.poll();
            now = next.at().isAfter(now) ? next.at() : now;
            take(Decider.decide(run, next.command(), now));
        }
    }

    private void take(Decision decision) {
        journal.addAll(decision.events());
        run = decision.run();
        checkFold();
        for (Effect effect : decision.effects()) {
            switch (effect) {
                case Effect.CallAgent call -> {
                    CaseAgent.Done done = agent.call(call.node(), call.input(), call.answers());
                    Command.Answer answer = new Command.Answer(
                            call.task(), call.attempt(), done.reply(), RetryPolicy.DEFAULT, done.millis(), 0);
                    later(now.plusMillis(done.millis()), answer);
                }
                case Effect.StopCall ignored -> {}
                case Effect.Reject _,
                        Effect.Recall _,
                        Effect.Poll _,
                        Effect.Note _,
                        Effect.Show _,
                        Effect.Postpone _ -> {}
                case Effect.Wake(Instant at, Command command) -> later(at, command);
                case Effect.Yield(Command command) -> later(now, command);
                case Effect.Spawn spawn -> throw new AssertionError("no case forks a run: " + spawn);
            }
        }
    }

    private void later(Instant at, Command command) {
        due.add(new Due(at, ++number, command));
    }

    private void checkFold() {
        List<Event> read = journal.stream().map(CaseRun::readBack).toList();
        Run folded = Run.fold("case", run.graph(), read);
        boolean same = folded.status() == run.status()
                && folded.version() == run.version()
                && folded.state().equals(run.state())
                && folded.stateSoFar().equals(run.stateSoFar())
                && folded.next().equals(run.next())
                && folded.interrupts().equals(run.interrupts())
                && folded.callsUnderWay().equals(run.callsUnderWay());
        if (!same) {
            throw new AssertionError("the live run and its journal differ after " + journal.getLast());
        }
    }

    private static Event readBack(Event event) {
        try {
            EventBody body = EventCodec.decode(
                    event.body().type(),
                    Json.read(new String(EventCodec.encode(event.body()), java.nio.charset.StandardCharsets.UTF_8)),
                    version -> {
                        throw new IllegalStateException("no case is migrated");
                    });
            return new Event(
                    event.seq(),
                    event.at(),
                    event.node(),
                    event.task(),
                    event.attempt(),
                    event.superstep(),
                    event.version(),
                    event.durationMillis(),
                    event.progress(),
                    body);
        } catch (FaultsException unreadable) {
            throw new AssertionError("cannot be read back: " + event, unreadable);
        }
    }

    /** The run as it was when a version of its state was made. */
    Run at(int version) {
        List<Event> until = new ArrayList<>();
        for (Event event : journal) {
            until.add(event);
            if (event.version() == version) {
                break;
            }
        }
        return Run.fold("case", run.graph(), until);
    }

    /**
     * A state in the history.
     *
     * @param version -1 where it is only what an input met
     */
    record Past(int version, ObjectNode values, List<String> next) {}

    /** As LangGraph tells it: each input is preceded by the state that it meets. */
    List<Past> history() {
        List<Past> history = new ArrayList<>();
        Run past = Run.empty("case", run.graph());
        for (Event event : journal) {
            Run before = past;
            past = past.evolve(event);
            boolean input =
                    event.body().type() == EventType.RUN_STARTED || event.body() instanceof EventBody.RunContinued;
            if (input) {
                history.add(new Past(before.version() == 0 ? 0 : -1, before.state(), List.of("__start__")));
            }
            boolean bareRollback = event.body() instanceof EventBody.RunRolledBack back && !back.resume();
            if (past.version() > before.version() && event.body() instanceof EventBody.RunResumed) {
                // LangGraph keeps the update with the version that waits, we make one of our own.
                Past waiting = history.removeLast();
                history.add(new Past(past.version(), past.state(), waiting.next()));
            } else if (past.version() > before.version() && !bareRollback) {
                history.add(new Past(past.version(), past.state(), past.next()));
            }
        }
        return history;
    }

    /** What was published of finished work from an event on, as LangGraph streams it. */
    static List<JsonNode> updates(List<Event> events) {
        List<JsonNode> updates = new ArrayList<>();
        for (Event event : events) {
            if (event.body() instanceof EventBody.NodeCompleted completed
                    && event.task() != null
                    && event.task().indexOf('/') < 0) {
                updates.add(NODES.objectNode().set(shownName(event), shown(completed.writes())));
            }
        }
        return updates;
    }

    static String shownName(Event event) {
        String task = String.valueOf(event.task());
        int handled = task.indexOf('~');
        return handled < 0 ? String.valueOf(event.node()) : "__error_handler__" + task.substring(handled + 1);
    }

    /** One object where no channel was written twice, else a list of single writes. */
    static JsonNode shown(List<ObjectNode> writes) {
        ObjectNode together = NODES.objectNode();
        ArrayNode apart = NODES.arrayNode();
        boolean twice = false;
        for (ObjectNode part : writes) {
            for (Map.Entry<String, JsonNode> write : part.properties()) {
                twice |= together.has(write.getKey());
                together.set(write.getKey(), write.getValue());
                apart.add(NODES.objectNode().set(write.getKey(), write.getValue()));
            }
        }
        if (twice) {
            return apart;
        }
        return together.isEmpty() ? NODES.nullNode() : together;
    }
}
