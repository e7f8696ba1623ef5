package dev.postroad.runtime.run.lane;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Command;
import dev.postroad.runtime.journal.JournalUnavailableException;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PostponedRuns;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.SnapshotDesk;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.publish.EventOutbox;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.calls.RemoteDesk;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.KeptInstructions;
import dev.postroad.runtime.run.queue.FairRanks;
import dev.postroad.runtime.run.queue.RunQueue;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.run.queue.TicketHolder;
import dev.postroad.runtime.run.queue.TurnNews;
import dev.postroad.runtime.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
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
 *   inbox ──► Stepper: decide ──► Batch ──► Committer: commit ──► publish, perform effects ──┐
 *     ▲                                                                                      │
 *     └──────────────────── answers of agents, timers, user commands ◄───────────────────────┘
 * </pre>
 *
 * <p>The inbox is bounded by what fills it: triggers by {@link #hasRoom}, answers by the runs in flight, commands by
 * their intake. All state is confined to the lane's thread; {@link #post}, {@link #hasRoom} and the figures are
 * thread-safe.
 */
public final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final int MAX_MESSAGES = 2_000;
    private static final int MAX_ROWS = 4_000;
    private static final int MAX_WAITING_TRIGGERS = 2_000;
    private static final long MAX_WAITING_BYTES = 64L << 20;
    private static final long LONGEST_WAIT_MILLIS = 100;

    private final Inbox inbox = new Inbox();
    private final AtomicInteger waitingTriggers = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final LaneFigures figures = new LaneFigures();
    private final JournalWriter journal;
    private final EventOutbox outbox;
    private final RunQueue queue;
    private final RemoteDesk remote;
    private final LaneClock clock;
    private final LaneShards shards;
    private final RunTable table;
    private final Stepper stepper;
    private final OrderedInstructions instructions;
    private final Committer committer;
    private final TicketHolder tickets = new LaneTickets(this::post);
    private final Thread thread;
    private volatile boolean stopping;

    /**
     * What a lane calls on.
     *
     * @param graphs those that agents may call
     * @param snapshots handed runs that have grown by much
     * @param queue shared by all lanes
     * @param fair shared by all lanes
     * @param turns told of the runs of graphs with a limit
     * @param undecidable told of a run of which no decision can be made, with the reason; must not block
     */
    public record Collaborators(
            AgentCaller agents,
            RemoteDesk remote,
            PostponedRuns postponed,
            RunLoader loader,
            StoredRun.Graphs graphs,
            KeptInstructions kept,
            SnapshotDesk snapshots,
            RunQueue queue,
            FairRanks fair,
            TurnNews turns,
            BiConsumer<RunKey, String> undecidable,
            Traces traces,
            InstantSource clock,
            RandomGenerator random) {}

    /**
     * @param name names the thread
     * @param journal this lane's own
     * @param outbox this lane's own
     */
    public Lane(String name, JournalWriter journal, EventOutbox outbox, Collaborators collaborators) {
        this.journal = journal;
        this.outbox = outbox;
        this.queue = collaborators.queue();
        this.remote = collaborators.remote();
        this.clock = new LaneClock(collaborators.clock());
        this.shards = new LaneShards(journal, outbox, figures);
        this.table = new RunTable(queue, collaborators.fair(), collaborators.turns(), tickets, figures);
        this.stepper = new Stepper(
                table,
                clock,
                new EffectPerformer(
                        collaborators.agents(),
                        collaborators.remote(),
                        collaborators.postponed(),
                        collaborators.graphs(),
                        shards,
                        collaborators.random(),
                        this::post),
                new Forks(collaborators.loader(), this::post),
                new QueuePlaces(collaborators.fair()),
                collaborators.traces(),
                collaborators.undecidable());
        this.instructions = new OrderedInstructions(table, stepper, collaborators.loader(), this::taken, this::post);
        this.committer = new Committer(
                journal,
                outbox,
                shards,
                table,
                stepper,
                collaborators.kept(),
                collaborators.snapshots(),
                new CommitTraces(collaborators.traces(), collaborators.clock()),
                figures,
                this::post);
        this.thread = Thread.ofPlatform().name(name).unstarted(this::loop);
    }

    /** @param fenced told of a shard that turned out to have a new owner; must not block */
    void start(Fenced fenced) {
        shards.tell(fenced);
        thread.start();
    }

    void stop() {
        stopping = true;
        inbox.add(new Message.Ring());
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
        if (message instanceof Message.Admit(Admittee admittee)) {
            waitingTriggers.incrementAndGet();
            waitingBytes.addAndGet(admittee.bytes());
        }
        inbox.add(message);
    }

    /** Told of the tickets of its runs, from any thread. */
    TicketHolder tickets() {
        return tickets;
    }

    boolean hasRoom() {
        return waitingTriggers.get() < MAX_WAITING_TRIGGERS && waitingBytes.get() < MAX_WAITING_BYTES;
    }

    /** What the lane has done and has in hand. */
    public LaneFigures figures() {
        return figures;
    }

    /** Whether the thread is alive. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** What keeps the lane from writing, for operators; null where nothing does. */
    public @Nullable String trouble() {
        return journal.trouble();
    }

    /** How many of the lane's events Kafka has acknowledged, those among them that were sent again. */
    public long published() {
        return outbox.acknowledged();
    }

    /** How many of the lane's statements Postgres did not carry out at the first try. */
    public long journalFailures() {
        return journal.failures();
    }

    private void loop() {
        List<Message> messages = new ArrayList<>(MAX_MESSAGES);
        try {
            while (!stopping || !inbox.isEmpty()) {
                receive(messages);
                messages.forEach(this::handle);
                messages.clear();
                instructions.beginInOrder();
                stepper.fireTimers();
                committer.commit();
                Instant now = clock.now();
                outbox.tick(clock.stamp(now), now);
                clock.notBefore(outbox.readUpTo());
                shards.rememberNowAndThen(clock, now);
            }
            shards.remember(clock.stamp());
        } catch (JournalUnavailableException givenUp) {
            LOG.warn(
                    "{} stops with work under way, which the next owner takes up: {}",
                    thread.getName(),
                    givenUp.getMessage());
        } catch (RuntimeException defect) {
            LOG.error("{} stops because of a defect; its shards stand still", thread.getName(), defect);
        } finally {
            shards.disownAll();
            journal.close();
        }
    }

    private void receive(List<Message> messages) {
        try {
            inbox.receive(messages, MAX_MESSAGES, waitMillis());
        } catch (InterruptedException interrupted) {
            stopping = true;
        }
    }

    private long waitMillis() {
        Instant now = clock.now();
        if (outbox.isCatchingUp(now) || !stepper.batch().isEmpty() || stopping) {
            return 0;
        }
        Instant next = stepper.nextTimerAt();
        if (next == null) {
            return LONGEST_WAIT_MILLIS;
        }
        return Math.clamp(Duration.between(now, next).toMillis() + 1, 0, LONGEST_WAIT_MILLIS);
    }

    private void handle(Message message) {
        switch (message) {
            case Message.Tell tell -> stepper.tell(tell.run(), tell.command());
            case Message.Admit(Admittee admittee) -> admit(admittee);
            case Message.Instruct(Instruction instruction) -> instruct(instruction);
            case Message.InTurn(Instruction instruction) -> instructIfOwned(instruction);
            case Message.Resolved resolved -> instructions.resolved(resolved);
            case Message.Loaded(String runId, Optional<StoredRun> found) -> instructions.loaded(runId, found);
            case Message.Prefetch(List<String> runIds) -> instructions.prefetch(runIds);
            case Message.Hold(List<String> runIds, CompletableFuture<List<String>> held) ->
                held.complete(instructions.hold(runIds));
            case Message.LetBe(List<String> runIds) -> instructions.letBe(runIds);
            case Message.Begin(Ticket ticket) -> begin(ticket);
            case Message.PutAway(String runId) -> table.putAway(runId);
            case Message.AgentAvailable(String agent) -> agentAvailable(agent);
            case Message.Ring() -> {}
            case Message.Own own -> own(own);
            case Message.GiveUp give -> giveUp(give);
            case Message.GaveUp gave -> {
                letGo(gave.shard(), gave.epoch());
                gave.done().complete(gave.left());
            }
            case Message.Disown disown -> {
                letGo(disown.shard(), disown.epoch());
                disown.done().complete(null);
            }
        }
        if (stepper.batch().rows() > MAX_ROWS) {
            committer.commit();
        }
    }

    private void admit(Admittee admittee) {
        waitingTriggers.decrementAndGet();
        waitingBytes.addAndGet(-admittee.bytes());
        if (!shards.owns(admittee.shard())) {
            return;
        }
        if (table.find(admittee.runId()) != null) {
            admittee.outcome().duplicate();
            return;
        }
        instructions.admitted(admittee.runId());
        stepper.admit(admittee, journal.nextRunNumber());
    }

    private void instruct(Instruction instruction) {
        if (shards.owns(instruction.shard())) {
            instructions.take(instruction);
        } else {
            // The shard may be on its way, behind this.
            post(new Message.InTurn(instruction));
        }
    }

    private void instructIfOwned(Instruction instruction) {
        if (shards.owns(instruction.shard())) {
            instructions.take(instruction);
        } else {
            instruction.outcome().shardIsGone();
        }
    }

    private void begin(Ticket ticket) {
        Long epoch = shards.epoch(ticket.shard());
        if (epoch == null || ticket.isOutlived(epoch)) {
            table.giveBackPlace();
        } else {
            instructions.begin(ticket);
        }
    }

    /** Each run is told with a message of its own, so that no batch grows beyond its bound. */
    private void agentAvailable(String agent) {
        Command available = new Command.AgentAvailable(agent);
        table.waitingFor(agent).forEach(live -> post(new Message.Tell(live, available)));
    }

    private @Nullable LiveRun taken(Readable found) {
        if (!shards.owns(found.key().shard())) {
            return null;
        }
        clock.notBefore(found.run().lastAt());
        if (found.run().status() == RunStatus.RUNNING) {
            // It was left alone for a while, as it could not be read: its calls and timers are set going anew.
            stepper.recover(found);
            return table.find(found.key().id());
        }
        return stepper.resumed(found);
    }

    private void own(Message.Own own) {
        Long former = shards.epoch(own.shard());
        if (former != null) {
            // It went and came while this lane stood still.
            letGo(own.shard(), former);
        }
        instructions.own(own.shard(), own.epoch());
        clock.notBefore(own.publishedAt());
        shards.own(own.shard(), own.epoch(), own.publishedAt());
        remote.listens(own.shard());
        own.unfinished().forEach(stored -> clock.notBefore(stored.run().lastAt()));
        own.unfinished().forEach(stepper::recover);
        figures.recovered(own.unfinished().size());
    }

    /** Answers that came before the calls were left are ahead of the last message of the shard, and are committed. */
    private void giveUp(Message.GiveUp give) {
        committer.commit();
        List<LeftCall> left =
                Objects.equals(shards.epoch(give.shard()), give.epoch()) ? stepper.leaveCalls(give.shard()) : List.of();
        post(new Message.GaveUp(give.shard(), give.epoch(), left, give.done()));
    }

    private void letGo(int shard, long epoch) {
        committer.commit();
        if (Objects.equals(shards.epoch(shard), epoch)) {
            shards.remember(clock.stamp());
            shards.disown(shard);
            stepper.drop(shard);
        }
    }
}
