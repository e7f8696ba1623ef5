package dev.postroad.runtime.run.lane;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.CommitResult;
import dev.postroad.runtime.journal.JournalEntry;
import dev.postroad.runtime.journal.JournalRow;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.SnapshotDesk;
import dev.postroad.runtime.publish.EventOutbox;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.KeptInstructions;
import dev.postroad.runtime.trace.TracedRun;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what was decided, and lets happen what depends on it: first the commit, then the events, then the effects.
 * A shard whose epoch another worker raised is found out here, and dropped. Confined to the lane's thread.
 */
final class Committer {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private static final String UNWRITABLE =
            "Postgres refuses the rows of this run for what is in them; the worker's log has its words";

    private final JournalWriter journal;
    private final EventOutbox outbox;
    private final LaneShards shards;
    private final RunTable table;
    private final Stepper stepper;
    private final KeptInstructions kept;
    private final SnapshotDesk snapshots;
    private final CommitTraces traces;
    private final LaneFigures figures;
    private final Consumer<Message> inbox;

    /** @param inbox takes messages from any thread */
    Committer(
            JournalWriter journal,
            EventOutbox outbox,
            LaneShards shards,
            RunTable table,
            Stepper stepper,
            KeptInstructions kept,
            SnapshotDesk snapshots,
            CommitTraces traces,
            LaneFigures figures,
            Consumer<Message> inbox) {
        this.inbox = inbox;
        this.journal = journal;
        this.outbox = outbox;
        this.shards = shards;
        this.table = table;
        this.stepper = stepper;
        this.kept = kept;
        this.snapshots = snapshots;
        this.traces = traces;
        this.figures = figures;
    }

    /**
     * Commits the batch, and what was decided of kept commands meanwhile: a row that is left over would be older than
     * the time up to which all is then said to be published.
     */
    void commit() {
        while (!stepper.batch().isEmpty()) {
            commitBatch();
        }
    }

    private void commitBatch() {
        List<Batch.Item> items = stepper.batch().take();
        traces.begin();
        long begun = figures.committing();
        CommitResult result =
                journal.commit(items.stream().map(Batch.Item::entry).toList(), shards.epochs());
        figures.committed(begun);
        traces.end(items);
        dropLost(items, result);
        items.forEach(item -> settle(item, result));
    }

    private void dropLost(List<Batch.Item> items, CommitResult result) {
        Set<Integer> lost = new HashSet<>();
        for (Batch.Item item : items) {
            int shard = item.live().key().shard();
            if (!result.ownedShards().contains(shard) && lost.add(shard)) {
                LOG.warn("shard {} has a new owner; nothing more is written for it here", shard);
                shards.lose(shard);
                stepper.drop(shard);
            }
        }
    }

    private void settle(Batch.Item item, CommitResult result) {
        LiveRun live = item.live();
        live.settle();
        long number = live.key().number();
        if (result.outdated().contains(number)) {
            readAnew(item);
            return;
        }
        if (!table.holds(live)) {
            return;
        }
        if (result.unwritable().contains(number)) {
            table.remove(live);
            refuse(item);
        } else if (item.admittee() == null) {
            noteRow(item, result);
            publish(item);
            stepper.settle(item);
        } else if (result.admittedRuns().contains(number)) {
            publish(item);
            item.admittee().outcome().admitted();
            applyKept(live, result);
            stepper.settle(item);
        } else {
            table.remove(live);
            item.admittee().outcome().duplicate();
        }
    }

    /** Others went on with the run from where it was when it was read here: what was decided is void, and a command is decided anew. */
    private void readAnew(Batch.Item item) {
        LiveRun live = item.live();
        String runId = live.key().id();
        if (table.holds(live)) {
            LOG.error("run {}: its journal goes on otherwise than it does here; it is read anew", runId);
            stepper.drop(live);
            inbox.accept(new Message.Prefetch(List.of(runId)));
        }
        if (item.instruction() != null) {
            inbox.accept(new Message.Instruct(item.instruction()));
        }
    }

    /** What turns go by; with what is inserted with its first row, a run is queued as it was admitted. */
    private static void noteRow(Batch.Item item, CommitResult result) {
        LiveRun live = item.live();
        JournalEntry entry = item.entry();
        if (entry.run().status() == RunStatus.QUEUED
                && live.isLimited()
                && entry.changesRow()
                && !result.admittedRuns().contains(live.key().number())) {
            live.written(entry.rows().getLast().event().seq());
        }
    }

    /** Whoever asked for it is told, so that nobody waits for what cannot be. */
    private static void refuse(Batch.Item item) {
        if (item.admittee() != null) {
            item.admittee().outcome().refused(UNWRITABLE);
        }
        if (item.instruction() != null) {
            item.instruction().outcome().rejected("unwritable", UNWRITABLE);
        }
    }

    /** Of what Postgres took only; what belongs to another owner, or repeats a trigger, is in nobody's figures. */
    private void publish(Batch.Item item) {
        figures.wrote(item.entry().rows());
        Run run = item.entry().run();
        String graph = run.graph().name();
        for (JournalRow row : item.entry().rows()) {
            outbox.publish(
                    item.live().publishedKey(),
                    graph,
                    run.graphVersionAt(row.event().seq()),
                    row);
        }
        TracedRun traced = item.live().trace();
        if (traced != null) {
            traces.tell(traced, item.entry());
        }
        long bytesSince = item.live().pace().grown(item.entry().rows());
        if (bytesSince > 0) {
            snapshots.offer(item.live().key(), item.entry().run(), item.live().pace(), bytesSince);
        }
    }

    /** A command that came before its run is decided before any effect, so that a cancel is in time for every call. */
    private void applyKept(LiveRun live, CommitResult result) {
        List<PendingCommand> commands =
                result.pendingCommands().getOrDefault(live.key().id(), List.of());
        boolean isBehind = false;
        for (PendingCommand command : commands) {
            Instruction instruction = kept.of(command, live.key().shard()).orElse(null);
            if (instruction == null) {
                continue;
            }
            isBehind |= instruction.base() != null && instruction.base().version() == null;
            if (isBehind) {
                // What needs a look at Postgres has its turn like any that comes now, and so has what is behind it.
                inbox.accept(new Message.Instruct(instruction));
            } else {
                stepper.instruct(live, instruction);
            }
        }
    }
}
