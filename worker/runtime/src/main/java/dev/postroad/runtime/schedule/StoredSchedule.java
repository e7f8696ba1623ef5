package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.engine.graph.ScheduledInput;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as it was read from Postgres.
 *
 * @param revision grows with whatever changes but the times that are due
 * @param decidedUntil what became of all times up to this one is decided
 * @param lastRun its newest run; null where it has had none
 */
record StoredSchedule(
        ScheduleDefinition definition,
        ScheduledInput input,
        long revision,
        boolean paused,
        Instant decidedUntil,
        @Nullable String lastRun) {
    String name() {
        return definition.name();
    }

    /** As it stands once more is decided. */
    StoredSchedule decided(Instant until, @Nullable String newest) {
        return new StoredSchedule(definition, input, revision, paused, until, newest == null ? lastRun : newest);
    }
}
