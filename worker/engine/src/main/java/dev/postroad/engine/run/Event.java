package dev.postroad.engine.run;

import dev.postroad.contracts.message.EventColumns;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a run's journal.
 *
 * @param seq from 1, without gaps
 * @param at never before the event that precedes it
 * @param task null, like {@code node}, for an event of the whole run; {@code attempt} is 0 then
 * @param superstep the superstep that it belongs to; 0 before the first
 * @param version the number of the state after this event
 * @param durationMillis how long the attempt or run took; -1 where nothing ended
 * @param progress 0 to 1, as {@link Run#progressWith} says; never falls within a run
 */
public record Event(
        int seq,
        Instant at,
        @Nullable String node,
        @Nullable String task,
        int attempt,
        int superstep,
        int version,
        long durationMillis,
        double progress,
        EventBody body)
        implements EventColumns {
    /** What was written down, taken back. */
    public static Event of(EventColumns columns, EventBody body) {
        return new Event(
                columns.seq(),
                columns.at(),
                columns.node(),
                columns.task(),
                columns.attempt(),
                columns.superstep(),
                columns.version(),
                columns.durationMillis(),
                columns.progress(),
                body);
    }

    @Override
    public String typeName() {
        return body.type().publicName();
    }
}
