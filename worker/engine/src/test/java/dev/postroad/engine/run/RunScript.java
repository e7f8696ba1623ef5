package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Drives one run by hand: commands in, events out, calls and timers kept for the test to answer. */
@NullMarked
final class RunScript {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final List<Event> journal = new ArrayList<>();
    final List<Effect.CallAgent> calls = new ArrayList<>();
    final List<Effect.StopCall> stops = new ArrayList<>();
    final List<Effect.Recall> recalls = new ArrayList<>();
    final List<Effect.Poll> polls = new ArrayList<>();
    final List<Effect.Note> notes = new ArrayList<>();
    final List<Effect.Show> shown = new ArrayList<>();
    final List<String> refusals = new ArrayList<>();
    final List<Effect.Wake> wakes = new ArrayList<>();
    final List<Instant> postponed = new ArrayList<>();
    final List<Effect.Spawn> spawns = new ArrayList<>();
    Instant now = START;
    int yields;
    Run run;

    private RunScript(Graph graph, ObjectNode input) {
        Admission admission = new Admission(input, 0, null, Map.of(), new Origin("postroad.triggers", 0, 0));
        Decision admitted = Decider.admit("run-1", graph, admission, now);
        run = admitted.run();
        take(admitted);
    }

    static RunScript started(String yaml, String input) {
        RunScript script = new RunScript(graph(yaml), (ObjectNode) json(input));
        script.tell(new Command.Start());
        return script;
    }

    static RunScript started(Graph graph, String input) {
        RunScript script = new RunScript(graph, (ObjectNode) json(input));
        script.tell(new Command.Start());
        return script;
    }

    static RunScript queued(String yaml, String input) {
        return new RunScript(graph(yaml), (ObjectNode) json(input));
    }

    static Graph graph(String yaml) {
        return graph(yaml, 1);
    }

    static Graph graph(String yaml, int version) {
        try {
            return GraphCompiler.compile(
                    (GraphDefinition) Definitions.readAll(yaml).getFirst(), version, agent -> true);
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    /** A graph that may have others inside, which come before it in the text. */
    static Graph nested(String yaml) {
        Map<String, Graph> compiled = new HashMap<>();
        Library library = new Library() {
            @Override
            public boolean hasAgent(String name) {
                return true;
            }

            @Override
            public @Nullable Graph graph(String name, @Nullable Integer version) {
                return compiled.get(name);
            }
        };
        try {
            Graph last = null;
            for (Definition definition : Definitions.readAll(yaml)) {
                last = GraphCompiler.compile((GraphDefinition) definition, 1, library);
                compiled.put(last.name(), last);
            }
            return Objects.requireNonNull(last);
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    static JsonNode json(String text) {
        try {
            return Json.read(text.replace('\'', '"'));
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    void tell(Command command) {
        take(Decider.decide(run, command, now));
    }

    void recover() {
        run = Run.fold(run.id(), run.graph(), journal);
        calls.clear();
        wakes.clear();
        take(Decider.recover(run, now));
    }

    void answer(String task, String output) {
        reply(task, AgentReply.completed(json(output)));
    }

    void reply(String task, AgentReply reply) {
        Effect.CallAgent call = calls.stream()
                .filter(candidate -> candidate.task().equals(task))
                .reduce((first, last) -> last)
                .orElseThrow(() -> new AssertionError("no call of " + task + " in " + calls));
        tell(command(call, reply, RetryPolicy.DEFAULT, 5, 0));
    }

    /** What the shell tells a run of a reply; of calls of graphs without their graphs. */
    static Command command(
            Effect.CallAgent call, AgentReply reply, RetryPolicy policy, long durationMillis, double chance) {
        return reply instanceof AgentReply.CallingTools(JsonNode said, List<ToolCall> calls, Usage usage)
                ? new Command.CallTools(
                        call.task(),
                        call.attempt(),
                        said,
                        calls.stream().map(one -> new ToolTask(one, null)).toList(),
                        usage,
                        durationMillis)
                : new Command.Answer(call.task(), call.attempt(), reply, policy, durationMillis, chance);
    }

    /** Lets the time come of every timer that is due at the earliest time. */
    void wakeNext() {
        Effect.Wake next = wakes.stream()
                .min(java.util.Comparator.comparing(Effect.Wake::at))
                .orElseThrow();
        wakes.remove(next);
        now = next.at();
        tell(next.command());
    }

    List<String> types() {
        return journal.stream()
                .map(event -> event.body().type().publicName() + (event.task() == null ? "" : " " + event.task()))
                .toList();
    }

    /** What the shell tells a run once its fork is admitted. */
    static Command.Forked forked(Effect.Spawn spawn) {
        Admission.ForkedFrom source = Objects.requireNonNull(spawn.admission().forkedFrom());
        return new Command.Forked(source.commandId(), spawn.newRunId(), source.version());
    }

    private void take(Decision decision) {
        run = decision.run();
        journal.addAll(decision.events());
        for (Effect effect : decision.effects()) {
            switch (effect) {
                case Effect.CallAgent call -> calls.add(call);
                case Effect.StopCall stop -> stops.add(stop);
                case Effect.Recall recall -> recalls.add(recall);
                case Effect.Poll poll -> polls.add(poll);
                case Effect.Note note -> notes.add(note);
                case Effect.Show show -> shown.add(show);
                case Effect.Wake wake -> wakes.add(wake);
                case Effect.Postpone(Instant until) -> postponed.add(until);
                case Effect.Reject(String _, String reason) -> refusals.add(reason);
                case Effect.Yield(Command command) -> {
                    yields++;
                    tell(command);
                }
                case Effect.Spawn spawn -> {
                    spawns.add(spawn);
                    tell(forked(spawn));
                }
            }
        }
    }
}
