package dev.postroad.engine.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a journal row and an event say beside their data; the same words as those of {@link Event}. */
public interface EventColumns {
    /** From 1, without gaps. */
    int seq();

    /** The public name of the type, also of one that this release does not know. */
    String typeName();

    /** Never before the event that precedes it. */
    Instant at();

    /** Null for an event of the whole run. */
    @Nullable
    String node();

    /** Null for an event of the whole run. */
    @Nullable
    String task();

    /** From 1; 0 for an event of the whole run. */
    int attempt();

    /** The superstep that it belongs to; 0 before the first. */
    int superstep();

    /** The number of the state after this event. */
    int version();

    /** How long the attempt or run took; -1 where nothing ended. */
    long durationMillis();

    /** 0 to 1. */
    double progress();
}
