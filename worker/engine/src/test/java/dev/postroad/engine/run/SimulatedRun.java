package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * One run and the shell around it, in one thread and by chance: agents that answer in any order, fail, and answer too
 * late or twice; timers; cancels and retries; crashes after which the run is read back from its journal. What an agent
 * answers depends on its task, its input and the faults that it had, never on the order.
 *
 * <p>Every decision is checked against the journal: see {@link #take}.
 */
@NullMarked
final class SimulatedRun {
    private static final int WRITTEN_OUT_EVERY = 16;
    private static final int MOST_STEPS = 20_000;

    /** The only one that random graphs have. */
    private static final String AGENT = "x";

    private final List<Graph> versions;
    private final long answers;
    private final RandomGenerator random;
    private final List<Event> journal = new ArrayList<>();
    private final List<Effect.CallAgent> outstanding = new ArrayList<>();
    private final List<Effect.CallAgent> calls = new ArrayList<>();
    private final List<Effect.CallAgent> oldCalls = new ArrayList<>();
    private final List<Effect.Wake> wakes = new ArrayList<>();
    private final List<Command> yielded = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Run run;
    private Run replayed;
    private Run readBack;
    private final Steering steering;
    private int mischief;
    private int steers;
    private int commands;
    private long outside;

    /**
     * @param answers what agents answer, as a seed
     * @param mischief how many cancels and crashes may happen
     * @param random the order of all that happens
     */
    SimulatedRun(Graph graph, long answers, int mischief, RandomGenerator random) {
        this(List.of(graph), answers, mischief, random);
    }

    /** @param versions of one graph, the first of which the run begins with; it may be migrated to all of them */
    SimulatedRun(List<Graph> versions, long answers, int mischief, RandomGenerator random) {
        this("run-1", versions.getFirst(), versions, admission(answers), answers, mischief, random);
    }

    /** A run that was forked from another. */
    SimulatedRun(Effect.Spawn spawn, List<Graph> versions, long answers, RandomGenerator random) {
        this(spawn.newRunId(), spawn.graph(), versions, spawn.admission(), answers, 0, random);
    }

    private SimulatedRun(
            String id,
            Graph graph,
            List<Graph> versions,
            Admission admission,
            long answers,
            int mischief,
            RandomGenerator random) {
        this.versions = versions;
        this.answers = answers;
        this.random = random;
        this.mischief = mischief;
        this.steering = new Steering(random, versions);
        run = Run.empty(id, graph);
        replayed = run;
        readBack = run;
        take(Decider.admit(id, graph, admission, now));
    }

    private static Admission admission(long answers) {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.set("total", Json.whole(answers % 5));
        return new Admission(input, 3, null, Map.of("a", "b"), new Origin("t", 1, 2));
    }

    /** With so many messages of users, of all kinds, at any moment. */
    SimulatedRun steered(int messages) {
        steers = messages;
        return this;
    }

    /** With breakpoints by chance, past each of which it is told to go on. */
    SimulatedRun stopping() {
        tell(new Command.Steer("stops", new Control.Pause(Steering.breakpoints(run.graph(), random))));
        return this;
    }

    /** Lets things happen until the run is at rest for good. */
    Run finished() {
        for (int step = 0; step < MOST_STEPS; step++) {
            if (isAtRest()) {
                afterTheEnd();
                return run;
            }
            step();
        }
        throw new AssertionError("the run does not end, after " + journal.subList(journal.size() - 12, journal.size()));
    }

    /** How often it came to a breakpoint. */
    long stops() {
        return journal.stream()
                .filter(event -> event.body() instanceof EventBody.RunPaused paused
                        && !paused.at().isEmpty())
                .count();
    }

    int events() {
        return journal.size();
    }

    private boolean isAtRest() {
        if (steers > 0) {
            return false;
        }
        return switch (run.status()) {
            case COMPLETED -> true;
            // The same answers conflict again.
            case FAILED -> Objects.requireNonNull(run.error()).type().equals(RunError.CONFLICT);
            case QUEUED, RUNNING, CANCELLED, WAITING, PAUSED -> false;
        };
    }

    private void step() {
        if (steers > 0 && random.nextInt(3) == 0) {
            steers--;
            steer();
        } else if (mischief > 0 && random.nextInt(12) == 0) {
            mischief--;
            disturb();
        } else if (run.status().isEnded()) {
            tell(new Command.Steer("c" + ++commands, new Control.Retry()));
        } else if (run.status() == RunStatus.PAUSED) {
            goOnAfterPause("c" + ++commands);
        } else if (run.status() == RunStatus.QUEUED) {
            tell(new Command.Start());
        } else {
            goOn();
        }
    }

    /** A run that paused for a failure goes on by any of three commands, and tries again. */
    private void goOnAfterPause(String command) {
        boolean failed = run.root().hasFailed();
        long stopsBefore = stops();
        tell(
                switch (failed ? random.nextInt(3) : 0) {
                    case 0 -> new Command.Steer(command, new Control.Unpause());
                    case 1 -> new Command.Steer(command, new Control.Retry());
                    default -> new Command.Resume(command, Map.of(), null, List.of());
                });
        check(run.status() != RunStatus.PAUSED || !run.root().hasFailed(), () -> command + " left a failure");
        boolean stopped = stops() > stopsBefore;
        check(run.status() != RunStatus.PAUSED || !failed || stopped, () -> command + " did not let the run go on");
    }

    private void goOn() {
        if (!yielded.isEmpty()) {
            tell(yielded.removeFirst());
        } else if (run.isWaitingFor(AGENT) && random.nextInt(4) == 0) {
            tell(new Command.AgentAvailable(AGENT));
            check(!run.isWaitingFor(AGENT), () -> "a task waits for an agent that is there");
        } else if (!run.interrupts().isEmpty() && run.status() == RunStatus.WAITING && random.nextInt(10) > 0) {
            answerOrAwait();
        } else if (!outstanding.isEmpty() && (calls.isEmpty() || random.nextBoolean()) && isPatient()) {
            answerRemotely();
        } else if (!calls.isEmpty() && (wakes.isEmpty() || random.nextInt(10) > 0)) {
            Effect.CallAgent call = calls.remove(random.nextInt(calls.size()));
            oldCalls.add(call);
            answer(call);
        } else if (!wakes.isEmpty()) {
            Effect.Wake next =
                    wakes.stream().min(Comparator.comparing(Effect.Wake::at)).orElseThrow();
            wakes.remove(next);
            now = next.at().isAfter(now) ? next.at() : now;
            tell(next.command());
        } else if (run.status() == RunStatus.WAITING) {
            answerOrAwait();
        } else {
            throw new AssertionError("the run hangs: nobody is called and nothing is due, after " + journal.getLast());
        }
    }

    /** Whether a remote agent is to answer before the time comes of anything. */
    private boolean isPatient() {
        return random.nextInt(6) > 0 || outstanding.stream().anyMatch(call -> isHandled(call.task()));
    }

    /** Some of the agents are remote: their answers come by themselves, whatever becomes of who sent the task. */
    private boolean isRemote(Effect.CallAgent call) {
        return mixed(answers, call.task(), "remote") % 3 == 0;
    }

    private void dispatch(Effect.CallAgent call) {
        boolean mayBeLate = !isHandled(call.task());
        Duration heartbeat = mayBeLate && random.nextBoolean() ? Duration.ofSeconds(5) : null;
        Instant deadline = now.plus(mayBeLate ? Duration.ofSeconds(20) : Duration.ofDays(1_000));
        tell(new Command.Dispatched(call.task(), call.attempt(), AGENT, deadline, heartbeat, null));
        outstanding.add(call);
        forgetWhatIsOver();
    }

    private void answerRemotely() {
        Effect.CallAgent call = outstanding.remove(random.nextInt(outstanding.size()));
        if (call.doubtful() > 0 && random.nextBoolean()) {
            tell(new Command.NotDone(call.task(), call.attempt()));
            return;
        }
        Command result = new Command.Result(call.task(), call.attempt(), reply(call), null, RemoteAgents.NONE);
        tell(result);
        changesNothing(result);
    }

    private void forgetWhatIsOver() {
        outstanding.removeIf(call -> !isAwaited(call.task(), call.attempt()));
    }

    private boolean isAwaited(String id, int attempt) {
        Task task = run.root().find(id);
        return task != null && task.isDispatched() && task.attempt() == attempt;
    }

    /** People answer some of the questions, or nobody does, and they are asked again. */
    private void answerOrAwait() {
        List<Interrupt> open = run.interrupts();
        if (open.isEmpty()) {
            now = Objects.requireNonNull(run.wakeAt());
            tell(new Command.WakeUp());
            return;
        }
        Map<String, JsonNode> given = new HashMap<>();
        for (Interrupt interrupt : open) {
            if (random.nextInt(3) > 0) {
                given.put(interrupt.id(), Json.whole(mixed(answers, interrupt.id(), "answer") % 100));
            }
        }
        tell(new Command.Resume("c" + ++commands, given, null, List.of()));
    }

    /** A user's message of any kind: it has one answer, and the same message again has none. */
    private void steer() {
        Command.FromUser command = steering.next("c" + ++commands, run);
        int before = journal.size();
        long outsideBefore = outside;
        tell(command);
        if (outside > outsideBefore) {
            check(!run.hasApplied(command.commandId()), () -> command + " was answered twice");
            check(run.rejections().next(command.type()) > 0, () -> command + " was left out too early");
            return;
        }
        check(run.hasApplied(command.commandId()), () -> command + " was not answered");
        check(journal.size() > before, () -> command + " left no event");
        changesNothing(command);
    }

    private void disturb() {
        switch (random.nextInt(6)) {
            case 0 -> tell(new Command.Steer("c" + ++commands, new Control.Cancel("by chance")));
            case 1 -> crash();
            case 2 -> now = now.minusMillis(random.nextInt(5_000));
            case 3 -> now = now.plusMillis(random.nextInt(5_000));
            case 4 -> changesNothing(new Command.Steer("c" + commands, new Control.Cancel("again")));
            default -> answerTooLate();
        }
    }

    /** The run is all that was lost, and calls that were under way may still answer. */
    private void crash() {
        run = readBack;
        calls.clear();
        wakes.clear();
        yielded.clear();
        take(Decider.recover(run, now));
    }

    private void answerTooLate() {
        for (Effect.CallAgent call : oldCalls) {
            if (!run.isCalling(call.task(), call.attempt())) {
                changesNothing(new Command.Answer(
                        call.task(), call.attempt(), AgentReply.permanent("late", ""), RetryPolicy.DEFAULT, 1, 0));
            }
        }
    }

    private void afterTheEnd() {
        answerTooLate();
        changesNothing(new Command.Proceed());
        changesNothing(new Command.AgentAvailable(AGENT));
        changesNothing(new Command.Start());
        wakes.forEach(wake -> changesNothing(wake.command()));
        if (run.status() == RunStatus.COMPLETED) {
            tell(new Command.Steer("last", new Control.Retry()));
            check(run.status() == RunStatus.COMPLETED, () -> "a completed run was retried");
        }
    }

    private void changesNothing(Command command) {
        if (command instanceof Command.FromUser fromUser && !run.hasApplied(fromUser.commandId())) {
            return;
        }
        Decision decision = Decider.decide(run, command, now);
        check(decision.events().isEmpty() && decision.run() == run, () -> command + " changed something");
    }

    private void answer(Effect.CallAgent call) {
        if (isRemote(call) && random.nextInt(12) > 0) {
            dispatch(call);
            return;
        }
        if (random.nextInt(12) == 0) {
            // Whether a handler has its turn must not depend on chance.
            boolean fails = !isHandled(call.task()) && random.nextInt(4) == 0;
            Instant until = now.plusMillis(random.nextInt(60_000));
            tell(new Command.Unavailable(call.task(), call.attempt(), AGENT, "away by chance", until, fails));
            return;
        }
        RetryPolicy policy =
                new RetryPolicy(3, Duration.ofSeconds(1), 2, Duration.ofSeconds(10), 0.5, null, OnExhausted.FAIL);
        long duration = random.nextInt(1_000);
        tell(RunScript.command(call, reply(call), policy, duration, random.nextDouble()));
    }

    private AgentReply reply(Effect.CallAgent call) {
        if (isHandled(call.task())) {
            // A retry or a cancel must not decide whether the handler has its turn.
            return mixed(answers, call.task(), "handled") % 4 == 0
                    ? AgentReply.permanent("http.400", "no")
                    : result(call);
        }
        long faults = journal.stream()
                .filter(event -> call.task().equals(event.task()))
                .filter(event ->
                        event.body() instanceof EventBody.NodeRetrying || event.body() instanceof EventBody.NodeFailed)
                .count();
        long chance = mixed(answers, call.task(), "faults") % 20;
        if (faults < Math.max(0, chance - 14)) {
            return fault((int) (mixed(answers, call.task(), "fault" + faults) % 5));
        }
        return result(call);
    }

    /** Whether some node takes over when this task fails, or a graph around it. */
    private boolean isHandled(String task) {
        Frame frame = run.root().holding(task);
        String node = run.task(task).node();
        return frame.graph().node(node).onError() != null || (frame.isInside() && isHandled(frame.owner()));
    }

    private AgentReply result(Effect.CallAgent call) {
        if (call.answers().isEmpty() && mixed(answers, call.task(), "asks") % 10 == 0) {
            return new AgentReply.Interrupted(JsonNodeFactory.instance.textNode("may " + call.task() + " go on?"));
        }
        if (call.answers().size() < 2 && !isRemote(call) && mixed(answers, call.task(), "tools") % 12 == 0) {
            return tools(call);
        }
        if (call.attempt() == 1 && mixed(answers, call.task(), "sleeps") % 15 == 0) {
            return new AgentReply.Sleeping(Duration.ofMillis(mixed(answers, call.task(), "long") % 30_000));
        }
        long n = mixed(answers, call.task(), call.input().toString() + call.answers()) % 1_000;
        ObjectNode output = JsonNodeFactory.instance.objectNode().put("text", call.task());
        output.set("n", Json.whole(n % 7 == 0 ? n * 4_000_000_000L : n));
        return new AgentReply.Completed(output, new Usage(n % 3, n % 2), gotos(call));
    }

    /** Some of which are asked for as they cannot be; of those that are, the third goes by the name of the first. */
    private AgentReply tools(Effect.CallAgent call) {
        long asked = mixed(answers, call.task(), "calls" + call.answers().size());
        List<ToolCall> tools = new ArrayList<>();
        for (int i = 0; i <= asked % 3; i++) {
            boolean isRefused = mixed(answers, call.task(), "refused" + i) % 5 == 0;
            tools.add(new ToolCall(
                    "call-" + i,
                    "tool-" + i % 2,
                    isRefused ? new ToolCall.Refused("tool.unknown", "no") : new ToolCall.OfAgent(AGENT),
                    JsonNodeFactory.instance.objectNode().put("i", i)));
        }
        return new AgentReply.CallingTools(JsonNodeFactory.instance.textNode("wait"), tools, new Usage(asked % 5, 1));
    }

    private List<Goto> gotos(Effect.CallAgent call) {
        if (run.root().holding(call.task()).graph().foresight() != null) {
            return List.of();
        }
        List<String> nodes = run.root().holding(call.task()).graph().nodes().keySet().stream()
                .sorted()
                .toList();
        long choice = mixed(answers, call.task(), "goes") % 40;
        String node = nodes.get((int) (mixed(answers, call.task(), "to") % nodes.size()));
        if (choice == 0) {
            return List.of(Goto.node(node));
        }
        return choice == 1 ? List.of(new Goto(node, JsonNodeFactory.instance.textNode("handed"), false)) : List.of();
    }

    private static AgentReply fault(int kind) {
        return switch (kind) {
            case 0 -> AgentReply.permanent("http.400", "no");
            case 1 -> AgentReply.completed(JsonNodeFactory.instance.textNode("no object"));
            case 2 -> new AgentReply.Faulted("http.429", "slow down", true, Duration.ofSeconds(3));
            default -> AgentReply.retryable("http.503", "busy");
        };
    }

    private static long mixed(long seed, String task, String what) {
        long hash = seed;
        for (char c : (task + what).toCharArray()) {
            hash = (hash ^ c) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash >>> 1;
    }

    private void tell(Command command) {
        take(Decider.decide(run, command, now));
    }

    /**
     * The same events, folded one by one as they are and as they are read back, give the same run after each; and the
     * one that the decision gave after the last.
     */
    private void take(Decision decision) {
        Event before = journal.isEmpty() ? null : journal.getLast();
        for (Event event : decision.events()) {
            check(event.seq() == journal.size() + 1, () -> "a gap before " + event);
            if (before != null) {
                check(!event.at().isBefore(before.at()), () -> "time runs backwards at " + event);
                check(event.progress() >= before.progress(), () -> "progress falls at " + event);
                int grown = event.version() - before.version();
                check(grown == 0 || grown == 1, () -> "the version jumps at " + event);
            }
            check(event.progress() >= 0 && event.progress() <= 1, () -> "progress beyond its bounds at " + event);
            check(
                    (event.progress() == 1) == (before != null && before.progress() == 1)
                            || event.body() instanceof EventBody.RunCompleted,
                    () -> "progress is full before the end at " + event);
            check(
                    event.progress() == 1 || !(event.body() instanceof EventBody.RunCompleted),
                    () -> "progress is not full at " + event);
            Event read = readBack(event);
            RunStatus statusBefore = replayed.status();
            Run former = replayed;
            replayed = replayed.evolve(event);
            readBack = readBack.evolve(read);
            check(
                    StatusChanges.areLegal(statusBefore, event.body().type(), replayed.status()),
                    () -> statusBefore + " became " + replayed.status() + " by " + event);
            Graph graph = replayed.graph();
            check(
                    graph.version() == decision.run().graphVersionAt(event.seq()),
                    () -> "another version of the graph applies at " + event);
            check(
                    graph.version() == former.graph().version()
                            || event.version() == 0
                            || event.version() > former.version(),
                    () -> "a state is of two versions of the graph, at " + event);
            steering.saw(replayed);
            same(replayed, readBack, event);
            if (Math.floorMod(event.seq() + answers, WRITTEN_OUT_EVERY) == 0) {
                readBack = writtenAndRead(readBack);
                same(replayed, readBack, event);
            }
            journal.add(event);
            before = event;
        }
        run = decision.run();
        same(run, readBack, before);
        forgetWhatIsOver();
        decision.effects().forEach(this::perform);
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.CallAgent call -> {
                check(run.isCalling(call.task(), call.attempt()), () -> "an agent is called out of turn: " + call);
                calls.add(call);
            }
            case Effect.StopCall stop -> {
                calls.stream().filter(call -> isStoppedBy(call, stop)).forEach(oldCalls::add);
                calls.removeIf(call -> isStoppedBy(call, stop));
            }
            case Effect.Recall recall ->
                check(
                        !isAwaited(recall.task(), recall.attempt()),
                        () -> "an agent is told to stop what is waited for: " + recall);
            case Effect.Note _, Effect.Show _, Effect.Poll _, Effect.Postpone _ -> {}
            case Effect.Wake wake -> wakes.add(wake);
            case Effect.Yield(Command command) -> yielded.add(command);
            case Effect.Reject ignored -> outside++;
            case Effect.Spawn spawn -> {
                new SimulatedRun(spawn, versions, answers, random).finished();
                tell(RunScript.forked(spawn));
            }
        }
    }

    private static boolean isStoppedBy(Effect.CallAgent call, Effect.StopCall stop) {
        return call.task().equals(stop.task()) && call.attempt() == stop.attempt();
    }

    private Graph version(int number) {
        return versions.stream()
                .filter(graph -> graph.version() == number)
                .findFirst()
                .orElseThrow();
    }

    private Event readBack(Event event) {
        try {
            JsonNode data = Json.read(EventCodec.encode(event.body()));
            EventBody body = EventCodec.decode(event.body().type(), data, this::version);
            check(body.equals(event.body()), () -> "the codec makes " + body + " of " + event.body());
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

    /** At any event a run can be written out as a whole, and goes on from there as the same. */
    private Run writtenAndRead(Run run) {
        try {
            byte[] written = Json.bytes(RunCodec.tree(run));
            Run read = RunCodec.run(run.id(), run.graph(), this::version, Json.read(written));
            check(
                    Arrays.equals(Json.bytes(RunCodec.tree(read)), written),
                    () -> "not all of the run is read back: " + new String(written, StandardCharsets.UTF_8));
            check(
                    read.root().equals(run.root()) && read.baseline().equals(run.baseline()),
                    () -> "another run is read back: " + new String(written, StandardCharsets.UTF_8));
            return read;
        } catch (FaultsException unreadable) {
            throw new AssertionError("cannot be read back: " + run.id(), unreadable);
        }
    }

    private static void same(Run one, Run other, @Nullable Event after) {
        check(
                one.status() == other.status()
                        && one.seq() == other.seq()
                        && one.version() == other.version()
                        && one.progress() == other.progress()
                        && one.lastAt().equals(other.lastAt())
                        && one.queuedAt().equals(other.queuedAt())
                        && one.startedAt().equals(other.startedAt())
                        && one.root().isOutOfSupersteps() == other.root().isOutOfSupersteps()
                        && one.root().snapshot().equals(other.root().snapshot())
                        && Objects.equals(one.error(), other.error())
                        && Objects.equals(one.pausing(), other.pausing())
                        && one.breakpoints().equals(other.breakpoints())
                        && Objects.equals(one.migrating(), other.migrating())
                        && one.migrations().equals(other.migrations())
                        && one.graph().version() == other.graph().version()
                        && one.state().equals(other.state())
                        && one.root().superstep().number()
                                == other.root().superstep().number()
                        && one.root()
                                .superstep()
                                .tasks()
                                .equals(other.root().superstep().tasks())
                        && one.callsUnderWay().equals(other.callsUnderWay()),
                () -> "the live run and its journal differ after " + after);
    }

    private static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
