package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.journal.StoredRun.Unreadable;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.queue.Ticket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives runs their instructions in the order in which they came, whatever has to be read back first: the run, where it
 * is not in memory, or an earlier version of it. While something is read for a run, all further instructions for it wait
 * behind; so nobody else changes the run meanwhile, and what was read is still true. Where its shard comes meanwhile, others may
 * have changed it, and it is read anew. Confined to the lane's thread.
 */
final class OrderedInstructions {
    private final RunTable table;
    private final Stepper stepper;
    private final RunLoader loader;
    private final Function<Readable, @Nullable LiveRun> taking;
    private final Consumer<Message> inbox;
    private final Map<String, Deque<Instruction>> waiting = new HashMap<>();
    /** What is being read of these may be older than what was done since. */
    private final Set<String> outdated = new HashSet<>();

    /** In the order in which they got their places; each with the ticket that it got last. */
    private final SequencedMap<String, Ticket> beginning = new LinkedHashMap<>();

    /**
     * @param taking takes a run that was read back into the lane's hands; null where it is another's
     * @param inbox takes messages from any thread
     */
    OrderedInstructions(
            RunTable table,
            Stepper stepper,
            RunLoader loader,
            Function<Readable, @Nullable LiveRun> taking,
            Consumer<Message> inbox) {
        this.table = table;
        this.stepper = stepper;
        this.loader = loader;
        this.taking = taking;
        this.inbox = inbox;
    }

    void take(Instruction instruction) {
        if (instruction.outcome().waitsForEarlier()) {
            return;
        }
        String runId = instruction.runId();
        Deque<Instruction> before = waiting.get(runId);
        if (before != null) {
            before.add(instruction);
            return;
        }
        LiveRun live = table.find(runId);
        if (live != null && instruction.base() == null) {
            stepper.instruct(live, instruction);
            return;
        }
        waiting.put(runId, new ArrayDeque<>(List.of(instruction)));
        read(instruction);
    }

    /** A queued run has a place now; it begins with the next {@link #beginInOrder}. */
    void begin(Ticket ticket) {
        if (beginning.put(ticket.runId(), ticket) != null) {
            table.giveBackPlace();
        }
    }

    /**
     * Begins runs in the order in which they got their places: where one has to be read back, those behind it wait, and
     * are read back with it.
     */
    void beginInOrder() {
        while (!beginning.isEmpty()) {
            Map.Entry<String, Ticket> first = beginning.firstEntry();
            LiveRun live = table.find(first.getKey());
            if (live == null) {
                prefetch(List.copyOf(beginning.keySet()));
                return;
            }
            beginning.remove(first.getKey());
            if (live.isLimited() && !live.isSettled()) {
                // Whether its turn is one still shows once what it was told is committed, which is next.
                inbox.accept(new Message.Begin(first.getValue()));
            } else {
                stepper.begin(live, first.getValue());
            }
        }
    }

    /** The run is not here, so it does not need the place that it was given. */
    private void giveBackPlaceOf(String runId) {
        if (beginning.remove(runId) != null) {
            table.giveBackPlace();
        }
    }

    /**
     * A shard comes: the turns that its runs had here when it was here before are over, and what is being read of them may be as
     * it was under another owner. Whose shard it is, is known of few that are read; so all are read anew, which is seldom.
     */
    void own(int shard, long epoch) {
        outdated.addAll(waiting.keySet());
        List<Ticket> outlived = beginning.values().stream()
                .filter(ticket -> ticket.shard() == shard && ticket.isOutlived(epoch))
                .toList();
        outlived.forEach(ticket -> giveBackPlaceOf(ticket.runId()));
    }

    /** Reads runs back that are to begin soon, all at once. */
    void prefetch(List<String> runIds) {
        List<String> wanted = new ArrayList<>();
        for (String runId : runIds) {
            if (table.find(runId) == null && waiting.putIfAbsent(runId, new ArrayDeque<>()) == null) {
                wanted.add(runId);
            }
        }
        if (!wanted.isEmpty()) {
            loader.load(wanted, (runId, found) -> inbox.accept(new Message.Loaded(runId, found)));
        }
    }

    /** Runs that are not here, and of which nobody wants anything, are kept so; gives those. */
    List<String> hold(List<String> runIds) {
        return runIds.stream()
                .filter(runId -> table.find(runId) == null && waiting.putIfAbsent(runId, new ArrayDeque<>()) == null)
                .toList();
    }

    /** Whoever came to a held run meanwhile has it looked for, as at any other time. */
    void letBe(List<String> runIds) {
        for (String runId : runIds) {
            Deque<Instruction> all = waiting.get(runId);
            if (all != null && all.isEmpty()) {
                waiting.remove(runId);
                outdated.remove(runId);
            } else if (all != null) {
                read(all.getFirst());
            }
        }
    }

    private void read(Instruction instruction) {
        String runId = instruction.runId();
        Instruction.Base base = instruction.base();
        if (base == null) {
            loader.load(runId, found -> inbox.accept(new Message.Loaded(runId, found)));
        } else {
            loader.load(
                    runId,
                    base.version(),
                    found -> inbox.accept(new Message.Resolved(runId, command(found, base, instruction.command()))));
        }
    }

    /** @param otherwise what the run is told where there is no such version */
    private static Command command(Optional<StoredRun> found, Instruction.Base base, Command otherwise) {
        if (found.isEmpty()) {
            return otherwise;
        }
        return switch (found.get()) {
            case Readable(var _, Run run, var _) -> base.command().apply(run);
            case Unreadable(var _, String why) ->
                otherwise instanceof Command.Refuse(String commandId, String type, String _)
                        ? new Command.Refuse(commandId, type, "that version of its state cannot be read: " + why)
                        : otherwise;
        };
    }

    void resolved(Message.Resolved resolved) {
        Deque<Instruction> all = waiting.get(resolved.runId());
        if (all != null && outdated.remove(resolved.runId())) {
            read(all.getFirst());
        } else if (all != null) {
            all.addFirst(all.removeFirst().resolved(resolved.command()));
            goOn(resolved.runId(), all);
        }
    }

    void loaded(String runId, Optional<StoredRun> found) {
        Deque<Instruction> all = waiting.get(runId);
        if (all == null) {
            return;
        }
        if (outdated.remove(runId) && table.find(runId) == null) {
            // It may have gone on since, and be at rest or ended by now.
            loader.load(runId, again -> inbox.accept(new Message.Loaded(runId, again)));
            return;
        }
        LiveRun live = table.find(runId);
        live = live == null && found.isPresent() && found.get() instanceof Readable run ? taking.apply(run) : live;
        if (live == null) {
            waiting.remove(runId);
            all.forEach(instruction -> turnAway(instruction, found));
            giveBackPlaceOf(runId);
            return;
        }
        goOn(runId, all);
        if (!beginning.containsKey(runId)) {
            stepper.release(live);
        }
    }

    private static void turnAway(Instruction instruction, Optional<StoredRun> found) {
        if (found.isEmpty()) {
            instruction.outcome().unknownRun();
        } else if (found.get().key().shard() != instruction.shard()) {
            instruction.outcome().elsewhere(found.get().key().shard());
        } else {
            switch (found.get()) {
                case Readable _ -> instruction.outcome().shardIsGone();
                case Unreadable(var _, String why) -> instruction.outcome().unreadable(why);
            }
        }
    }

    /** Gives the run all that waits, up to what needs another look at Postgres. */
    private void goOn(String runId, Deque<Instruction> all) {
        while (!all.isEmpty()) {
            Instruction next = all.getFirst();
            LiveRun live = table.find(runId);
            if (live == null || next.base() != null) {
                read(next);
                return;
            }
            stepper.instruct(live, Objects.requireNonNull(all.removeFirst()));
        }
        waiting.remove(runId);
    }

    /** A run was admitted; if it is being read, that may have been too early. */
    void admitted(String runId) {
        if (waiting.containsKey(runId)) {
            outdated.add(runId);
        }
    }
}
