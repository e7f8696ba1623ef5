package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Overlap;
import dev.postroad.contracts.definition.ScheduleDefinition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of the times that a schedule was due. Those that nobody looked at when they were due, because no
 * worker ran, are made up for, all of them, oldest first, as far as catchUp reaches back; those before are missed. What is
 * decided already is not decided again, so a clock that is set back starts nothing twice. Pure; confined to one look.
 */
final class Planner {
    /** The most times that are decided about in one look. */
    static final int MOST_AT_ONCE = 100;

    /** The most times that wait for a run to end. */
    static final int MOST_WAITING = 1_000;

    private final ScheduleDefinition schedule;
    private final Instant now;
    private final Instant oldest;
    private final Starts starts;
    private final List<Decision> decisions = new ArrayList<>();
    private @Nullable String underWay;
    private int waiting;

    /** Whether a run may begin at all. */
    interface Starts {
        /** Why the run of a time cannot begin; null where it can. */
        @Nullable
        String refusal(Instant time);
    }

    private Planner(ScheduleDefinition schedule, Standing standing, Instant now, Starts starts) {
        this.schedule = schedule;
        this.now = now;
        this.oldest = now.minus(schedule.catchUp()).truncatedTo(ChronoUnit.SECONDS);
        this.starts = starts;
        this.underWay = standing.underWay();
        this.waiting = standing.waiting();
    }

    static Plan plan(ScheduleDefinition schedule, Standing standing, Instant now, Starts starts) {
        return new Planner(schedule, standing, now, starts).plan(standing.decidedUntil());
    }

    private Plan plan(Instant decidedUntil) {
        Instant until = decidedUntil;
        Optional<Instant> next = schedule.timing().after(until);
        while (next.isPresent() && !next.get().isAfter(now) && decisions.size() < MOST_AT_ONCE) {
            until = decide(next.get());
            next = schedule.timing().after(until);
        }
        return new Plan(until, decisions, next.orElse(null));
    }

    /** The last time that this decides about. */
    private Instant decide(Instant time) {
        if (!time.isBefore(oldest)) {
            decisions.add(decision(time));
            return time;
        }
        String reason = "nobody looked when it was due, and that is longer ago than catchUp, " + schedule.catchUp();
        if (decisions.size() < MOST_AT_ONCE - 1) {
            decisions.add(new Decision.Miss(time, null, reason));
            return time;
        }
        decisions.add(new Decision.Miss(time, oldest, reason));
        // Times are whole seconds, so the next one is looked for from the oldest on.
        return oldest.minusSeconds(1);
    }

    private Decision decision(Instant time) {
        String refusal = starts.refusal(time);
        if (refusal != null) {
            return new Decision.Skip(time, refusal);
        }
        if ((underWay == null && waiting == 0) || schedule.overlap() == Overlap.ALLOW) {
            underWay = ScheduleDefinition.runId(schedule.name(), time);
            return new Decision.Fire(time);
        }
        return switch (schedule.overlap()) {
            case SKIP, ALLOW -> new Decision.Skip(time, "the run " + underWay + " has not ended");
            case QUEUE, CANCEL_PREVIOUS -> waits(time);
        };
    }

    private Decision waits(Instant time) {
        if (waiting >= MOST_WAITING) {
            String before = underWay == null ? "" : " for the run " + underWay;
            return new Decision.Skip(time, waiting + " times wait already" + before);
        }
        waiting++;
        return new Decision.Wait(time);
    }
}
