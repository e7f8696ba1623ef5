package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventCodec;
import org.jspecify.annotations.Nullable;

/**
 * An event with its data written out once, for the table and the topic alike.
 *
 * @param data UTF-8 JSON; must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Rows are compared by nobody, and a wrapper would cost an object a row.
public record JournalRow(Event event, byte[] data) {
    /** Writes an event's data out. */
    public static JournalRow of(Event event) {
        return new JournalRow(event, EventCodec.encode(event.body()));
    }

    /**
     * Writes an event's data out, and beside it who gave the command where the event answers it.
     *
     * @param commandId of the command that was decided on; null for none
     */
    public static JournalRow of(Event event, @Nullable String commandId, String by) {
        byte[] data = EventCodec.encode(event.body());
        boolean answers = commandId != null && commandId.equals(Givers.commandId(event.body()));
        return new JournalRow(event, answers ? Givers.with(data, by) : data);
    }
}
