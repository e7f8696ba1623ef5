package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventCodec;

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
}
