package dev.postroad.runtime.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What becomes of a time that a schedule was due. */
sealed interface Decision {
    /** The time. */
    Instant time();

    /** Its run begins. */
    record Fire(Instant time) implements Decision {}

    /** Its run begins when the one before has ended. */
    record Wait(Instant time) implements Decision {}

    /** It has no run. */
    record Skip(Instant time, String reason) implements Decision {}

    /**
     * It was due while nobody looked, too long ago.
     *
     * @param until where it is about many: all from the time on, before this one; null for the one alone
     */
    record Miss(Instant time, @Nullable Instant until, String reason) implements Decision {}
}
