package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Event;
import dev.postroad.runtime.journal.JournalEntry;
import dev.postroad.runtime.journal.JournalRow;
import dev.postroad.runtime.run.commands.Instruction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a lane decided since its last commit. Confined to the lane's thread. */
final class Batch {
    private final List<Item> items = new ArrayList<>();
    private int rows;

    /**
     * A decision that waits for its commit.
     *
     * @param admittee the trigger, where the decision admits a run
     * @param instruction the command, where the decision answers one
     */
    record Item(
            LiveRun live,
            JournalEntry entry,
            List<Effect> effects,
            @Nullable Admittee admittee,
            @Nullable Instruction instruction) {}

    void add(LiveRun live, Decision decision, @Nullable Admittee admittee, @Nullable Instruction instruction) {
        List<JournalRow> encoded = new ArrayList<>(decision.events().size());
        String by = instruction == null ? null : instruction.by();
        for (Event event : decision.events()) {
            encoded.add(by == null ? JournalRow.of(event) : JournalRow.of(event, commandId(instruction), by));
        }
        rows += encoded.size();
        JournalEntry entry = new JournalEntry(live.key(), decision.before(), decision.run(), encoded, admittee != null);
        items.add(new Item(live, entry, decision.effects(), admittee, instruction));
    }

    private static @Nullable String commandId(@Nullable Instruction instruction) {
        return instruction != null && instruction.command() instanceof Command.FromUser given
                ? given.commandId()
                : null;
    }

    /** What is there, in the order of decision; the batch is empty afterwards. */
    List<Item> take() {
        List<Item> taken = List.copyOf(items);
        items.clear();
        rows = 0;
        return taken;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    int rows() {
        return rows;
    }
}
