package dev.postroad.contracts.schedule;

import java.time.Instant;
import java.util.Optional;

/** When a schedule is due: by a cron expression in a time zone, or every so often. Immutable and thread-safe. */
public sealed interface Timing permits CronTiming, PeriodTiming {
    /** The first time that it is due after another; empty where it is never due again. */
    Optional<Instant> after(Instant time);
}
