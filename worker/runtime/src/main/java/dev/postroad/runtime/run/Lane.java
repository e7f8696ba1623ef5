package dev.postroad.runtime.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.CommitResult;
import dev.postroad.runtime.journal.JournalUnavailableException;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.publish.EventOutbox;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps the runs of its shards, on one thread: takes what has come in, decides, commits all decisions as one batch,
 * and only then publishes the events and performs the effects.
 *
 * <p>This is the group commit. While a batch is on its way to Postgres, the next one gathers in the inbox; alone, a
 * transition waits for one commit, and under load one commit carries hundreds, without any delay made for it. Decision,
 * commit and hand-over to Kafka stay on one thread on purpose: a hop to another costs a quarter of the rate, and runs
 * need no locks.
 *
 * <pre>
 *   inbox ──► decide ──► batch ──► commit ──► publish, perform effects ──► …answers come back to the inbox
 * </pre>
 *
 * <p>A shard whose epoch was raised by another worker is found out at the next commit, which writes nothing for it: its
 * runs are dropped and none of their effects happen. All state is confined to the lane's thread; {@link #post},
 * {@link #hasRoom} and the figures are thread-safe.
 */
public final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final int MAX_MESSAGES = 2_000;
    private static final int MAX_ROWS = 4_000;
    private static final int INBOX_ROOM = 2_000;
    private static final long LONGEST_WAIT_MILLIS = 100;
    private static final Duration REMEMBER_EVERY = Duration.ofSeconds(1);

    private final LinkedBlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
    private final AtomicInteger waitingAdmissions = new AtomicInteger();
    private final Map<String, LiveRun> runs = new HashMap<>();
    private final Map<String, List<Instruction>> waitingForLoad = new HashMap<>();
    private final Map<Integer, Long> epochs = new TreeMap<>();
    private final RunQueue queue = new RunQueue();
    private final Timers timers = new Timers();
    private final Batch batch = new Batch();
    private final List<CompletableFuture<Void>> afterCommit = new ArrayList<>();
    private final LaneFigures figures = new LaneFigures();

    private final int maxRunning;
    private final JournalWriter journal;
    private final EventOutbox outbox;
    private final Collaborators collaborators;
    private final Thread thread;
    private int running;
    private Instant latest = Instant.EPOCH;
    private Instant remembered = Instant.EPOCH;
    private volatile boolean stopping;

    /**
     * What a lane calls on.
     *
     * @param forget told of a pending command that was applied, by run and command id; must not block
     */
    public record Collaborators(
            AgentCaller agents,
            RunLoader loader,
            java.util.function.BiConsumer<String, String> forget,
            InstantSource clock,
            RandomGenerator random) {}

    /**
     * @param name names the thread
     * @param maxRunning the most runs in flight
     */
    public Lane(String name, int maxRunning, JournalWriter journal, EventOutbox outbox, Collaborators collaborators) {
        this.maxRunning = maxRunning;
        this.journal = journal;
        this.outbox = outbox;
        this.collaborators = collaborators;
        this.thread = Thread.ofPlatform().name(name).unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopping = true;
    }

    void join(Duration atMost) {
        try {
            if (!thread.join(atMost)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void post(Message message) {
        if (message instanceof Message.Admit) {
            waitingAdmissions.incrementAndGet();
        }
        inbox.add(message);
    }

    boolean hasRoom() {
        return waitingAdmissions.get() + figures.queued() < Math.min(RunQueue.CAPACITY, INBOX_ROOM);
    }

    /** What the lane has done and has in hand. */
    public LaneFigures figures() {
        return figures;
    }

    /** Whether the thread is alive. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Whether the lane's last statement reached Postgres. */
    public boolean isConnected() {
        return journal.isConnected();
    }

    private void loop() {
        List<Message> messages = new ArrayList<>(MAX_MESSAGES);
        try {
            while (!stopping || !inbox.isEmpty()) {
                receive(messages);
                messages.forEach(this::handle);
                messages.clear();
                fireTimers();
                startQueued();
                commit();
                outbox.tick(now());
                rememberPublished();
            }
            rememberPublished(true);
        } catch (JournalUnavailableException givenUp) {
            LOG.warn(
                    "{} stops with work under way, which the next owner takes up: {}",
                    thread.getName(),
                    givenUp.getMessage());
        } catch (RuntimeException defect) {
            LOG.error("{} stops because of a defect; its shards stand still", thread.getName(), defect);
        } finally {
            epochs.clear();
            afterCommit.forEach(done -> done.complete(null));
            journal.close();
        }
    }

    private void receive(List<Message> messages) {
        try {
            Message first = inbox.poll(waitMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                messages.add(first);
                inbox.drainTo(messages, MAX_MESSAGES - 1);
            }
        } catch (InterruptedException interrupted) {
            stopping = true;
        }
    }

    private long waitMillis() {
        if (outbox.isCatchingUp() || !batch.isEmpty() || stopping) {
            return 0;
        }
        Instant next = timers.nextAt();
        if (next == null) {
            return LONGEST_WAIT_MILLIS;
        }
        return Math.clamp(Duration.between(now(), next).toMillis() + 1, 0, LONGEST_WAIT_MILLIS);
    }

    /** Never runs backwards, so that what is published can be told by time. */
    private Instant now() {
        Instant now = collaborators.clock().instant().truncatedTo(ChronoUnit.MICROS);
        if (now.isAfter(latest)) {
            latest = now;
        }
        return latest;
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Tell(LiveRun live, Command command) -> tell(live, command);
            case Message.Admit(Admittee admittee) -> admit(admittee);
            case Message.Instruct(Instruction instruction) -> instruct(instruction);
            case Message.Loaded(String runId, Optional<StoredRun> found) -> loaded(runId, found);
            case Message.Own own -> own(own);
            case Message.Disown(int shard, CompletableFuture<Void> done) -> disown(shard, done);
        }
        if (batch.rows() > MAX_ROWS) {
            commit();
        }
    }

    private void tell(LiveRun live, Command command) {
        if (runs.get(live.key().id()) == live) {
            decide(live, command, null);
        }
    }

    private void decide(LiveRun live, Command command, @Nullable Instruction instruction) {
        Decision decision = Decider.decide(live.run(), command, now());
        add(live, decision, null, instruction);
    }

    private void add(LiveRun live, Decision decision, @Nullable Admittee admittee, @Nullable Instruction instruction) {
        if (decision.events().isEmpty()) {
            perform(live, decision.effects());
            if (instruction != null) {
                instruction.outcome().applied();
                release(live, live.run());
            }
            return;
        }
        live.become(decision.run());
        batch.add(live, decision, admittee, instruction);
    }

    private void admit(Admittee admittee) {
        waitingAdmissions.decrementAndGet();
        if (!epochs.containsKey(admittee.shard())) {
            return;
        }
        if (runs.containsKey(admittee.runId())) {
            admittee.outcome().duplicate();
            return;
        }
        Decision admitted = Decider.admit(admittee.runId(), admittee.graph(), admittee.admission(), now());
        RunKey key = new RunKey(journal.nextRunNumber(), admittee.runId(), admittee.shard(), admittee.traceParent());
        LiveRun live = new LiveRun(key, admitted.run());
        runs.put(key.id(), live);
        add(live, takePlace(live) ? started(admitted) : admitted, admittee, null);
    }

    private Decision started(Decision admitted) {
        Decision started = Decider.decide(admitted.run(), new Command.Start(), now());
        List<dev.postroad.engine.run.Event> events = new ArrayList<>(admitted.events());
        events.addAll(started.events());
        return new Decision(started.run(), events, started.effects());
    }

    /** A run that finds no place waits in the queue. */
    private boolean takePlace(LiveRun live) {
        if (running < maxRunning) {
            holdPlace(live);
            return true;
        }
        queue.add(live);
        figures.queued(queue.size());
        return false;
    }

    private void holdPlace(LiveRun live) {
        if (!live.holdsPlace()) {
            live.holdPlace(true);
            running++;
        }
    }

    private void startQueued() {
        while (running < maxRunning && batch.rows() < MAX_ROWS) {
            LiveRun next = queue.poll();
            if (next == null) {
                break;
            }
            holdPlace(next);
            decide(next, new Command.Start(), null);
        }
        figures.queued(queue.size());
        figures.running(running);
    }

    private void instruct(Instruction instruction) {
        if (!epochs.containsKey(instruction.shard())) {
            return;
        }
        LiveRun live = runs.get(instruction.runId());
        if (live != null) {
            decide(live, instruction.command(), instruction);
            return;
        }
        List<Instruction> waiting = waitingForLoad.computeIfAbsent(instruction.runId(), id -> new ArrayList<>(1));
        waiting.add(instruction);
        if (waiting.size() == 1) {
            collaborators
                    .loader()
                    .load(instruction.runId(), found -> post(new Message.Loaded(instruction.runId(), found)));
        }
    }

    private void loaded(String runId, Optional<StoredRun> found) {
        List<Instruction> waiting = Objects.requireNonNullElse(waitingForLoad.remove(runId), List.of());
        LiveRun live = runs.get(runId);
        if (live == null
                && found.isPresent()
                && epochs.containsKey(found.get().key().shard())) {
            live = new LiveRun(found.get().key(), found.get().run());
            runs.put(runId, live);
        }
        for (Instruction instruction : waiting) {
            if (live != null) {
                holdPlace(live);
                decide(live, instruction.command(), instruction);
            } else if (found.isPresent()) {
                instruction.outcome().elsewhere(found.get().key().shard());
            } else {
                instruction.outcome().unknownRun();
            }
        }
    }

    private void own(Message.Own own) {
        epochs.put(own.shard(), own.epoch());
        latest = own.publishedAt().isAfter(latest) ? own.publishedAt() : latest;
        outbox.own(own.shard(), own.publishedAt());
        for (StoredRun stored : own.unfinished()) {
            LiveRun live = new LiveRun(stored.key(), stored.run());
            runs.put(live.key().id(), live);
            if (live.run().status() == RunStatus.QUEUED) {
                queue.add(live);
            } else {
                holdPlace(live);
                add(live, Decider.recover(live.run(), now()), null, null);
            }
        }
        figures.recovered(own.unfinished().size());
    }

    private void disown(int shard, CompletableFuture<Void> done) {
        commit();
        rememberPublished(true);
        drop(shard);
        done.complete(null);
    }

    /** The shard is somebody else's: nothing of it may happen here any more. */
    private void drop(int shard) {
        epochs.remove(shard);
        outbox.disown(shard);
        timers.removeShard(shard);
        queue.removeShard(shard);
        runs.values().removeIf(live -> {
            boolean gone = live.key().shard() == shard;
            if (gone) {
                leavePlace(live);
                stopCalls(live);
            }
            return gone;
        });
    }

    private void stopCalls(LiveRun live) {
        live.run()
                .callsUnderWay()
                .forEach((task, attempt) -> collaborators.agents().stop(live.key(), task, attempt));
    }

    private void fireTimers() {
        for (Timers.Timer due = timers.pollDue(now()); due != null; due = timers.pollDue(now())) {
            tell(due.run(), due.command());
        }
    }

    private void commit() {
        if (batch.isEmpty()) {
            return;
        }
        List<Batch.Item> items = batch.take();
        CommitResult result =
                journal.commit(items.stream().map(Batch.Item::entry).toList(), epochs);
        figures.committed(items);
        dropLost(items, result);
        for (Batch.Item item : items) {
            if (!result.ownedShards().contains(item.live().key().shard())) {
                continue;
            }
            if (result.unwritable().contains(item.live().key().number())) {
                forget(item.live());
            } else if (item.admittee() != null
                    && !result.admittedRuns().contains(item.live().key().number())) {
                forget(item.live());
                item.admittee().outcome().duplicate();
            } else if (runs.get(item.live().key().id()) == item.live()) {
                settle(item, result);
            }
        }
    }

    private void dropLost(List<Batch.Item> items, CommitResult result) {
        Set<Integer> lost = new HashSet<>();
        for (Batch.Item item : items) {
            int shard = item.live().key().shard();
            if (!result.ownedShards().contains(shard) && lost.add(shard)) {
                LOG.warn("shard {} has a new owner; nothing more is written for it here", shard);
                figures.fenced();
                drop(shard);
            }
        }
    }

    private void settle(Batch.Item item, CommitResult result) {
        LiveRun live = item.live();
        item.entry()
                .rows()
                .forEach(row -> outbox.publish(
                        live.key(),
                        live.run().graph().name(),
                        live.run().graph().version(),
                        row));
        if (item.admittee() != null) {
            item.admittee().outcome().admitted();
            applyPending(live, result.pendingCommands().getOrDefault(live.key().id(), List.of()));
        }
        perform(
                live,
                item.effects().stream()
                        .filter(effect -> !(effect instanceof Effect.CallAgent call) || isStillWanted(live, call))
                        .toList());
        if (item.instruction() != null) {
            item.instruction().outcome().applied();
        }
        release(live, item.entry().run());
    }

    /** Whether a later decision of the same run, not committed yet, has not already stopped the call. */
    private static boolean isStillWanted(LiveRun live, Effect.CallAgent call) {
        return live.run().isCalling(call.task(), call.attempt());
    }

    private void applyPending(LiveRun live, List<PendingCommand> commands) {
        for (PendingCommand pending : commands) {
            try {
                JsonNode json = Json.read(pending.command());
                Control control = Control.read(json, pending.runId());
                Command.FromUser command = Commands.of(control, pending.commandId());
                decide(
                        live,
                        command,
                        new Instruction(live.key().id(), live.key().shard(), command, forgetting(pending)));
            } catch (FaultsException corrupt) {
                LOG.error("a kept command of run {} cannot be read", pending.runId(), corrupt);
            }
        }
    }

    private Instruction.InstructionOutcome forgetting(PendingCommand pending) {
        return new Instruction.InstructionOutcome() {
            @Override
            public void applied() {
                collaborators.forget().accept(pending.runId(), pending.commandId());
            }

            @Override
            public void unknownRun() {}

            @Override
            public void elsewhere(int itsShard) {}
        };
    }

    private void perform(LiveRun live, List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.CallAgent call -> call(live, call);
                case Effect.StopCall(String task, int attempt) ->
                    collaborators.agents().stop(live.key(), task, attempt);
                case Effect.Wake(Instant at, Command command) -> timers.add(at, live, command);
                case Effect.Yield(Command command) -> post(new Message.Tell(live, command));
            }
        }
    }

    private void call(LiveRun live, Effect.CallAgent call) {
        String graph = live.run().graph().name();
        collaborators.agents().call(live.key(), graph, call, (reply, policy, durationMillis) -> {
            double chance = collaborators.random().nextDouble();
            post(new Message.Tell(
                    live, new Command.Answer(call.task(), call.attempt(), reply, policy, durationMillis, chance)));
        });
    }

    /** A run that ended leaves memory, unless more of it waits for a commit. */
    private void release(LiveRun live, Run committed) {
        if (committed == live.run() && committed.status().isEnded()) {
            forget(live);
        }
    }

    private void forget(LiveRun live) {
        leavePlace(live);
        queue.remove(live);
        runs.remove(live.key().id(), live);
    }

    private void leavePlace(LiveRun live) {
        if (live.holdsPlace()) {
            live.holdPlace(false);
            running--;
        }
    }

    private void rememberPublished() {
        rememberPublished(false);
    }

    private void rememberPublished(boolean atOnce) {
        Instant now = now();
        figures.outstanding(outbox.outstandingBytes(), outbox.shardsBehind());
        if (epochs.isEmpty() || (!atOnce && now.isBefore(remembered.plus(REMEMBER_EVERY)))) {
            return;
        }
        remembered = now;
        journal.rememberPublished(outbox.publishedUntil(now), epochs);
    }
}
