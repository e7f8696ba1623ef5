package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Overlap;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of schedules that are due, of many at once, and commits it. Where that fails it is tried with one
 * at a time, so that one of which it cannot be committed does not stop the others. Confined to one thread.
 */
final class Decider {
    private static final int MOST_AT_ONCE = 1_000;

    /** One that failed alone is tried again after so long. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final ScheduleRows rows;
    private final Refusals refusals;
    private final Calendar calendar;
    private final Repeats repeats;
    private int most = MOST_AT_ONCE;

    /** Whether the run of a time may begin. */
    interface Refusals {
        /** Why it cannot; null where it can. */
        @Nullable
        String refusal(StoredSchedule schedule, Instant time);
    }

    private record Decided(
            StoredSchedule schedule, @Nullable Instant next) {}

    Decider(ScheduleRows rows, Refusals refusals, Calendar calendar, Repeats repeats) {
        this.rows = rows;
        this.refusals = refusals;
        this.calendar = calendar;
        this.repeats = repeats;
    }

    /** How many are to be decided about at once. */
    int most() {
        return most;
    }

    /** Decides about some that were taken out of the calendar, and puts them back; gives the runs that begin now. */
    List<StartingRun> decide(List<StoredSchedule> due, Instant now) {
        if (due.isEmpty()) {
            return List.of();
        }
        try {
            List<StartingRun> starting = decided(due, now);
            most = Math.min(2 * most, MOST_AT_ONCE);
            return starting;
        } catch (RuntimeException | VirtualMachineError failed) {
            most = 1;
            if (due.size() == 1) {
                calendar.put(due.getFirst(), now.plus(PAUSE));
            } else {
                // What was taken out comes back, whatever of it was committed.
                due.forEach(schedule -> calendar.drop(schedule.name()));
            }
            throw failed;
        }
    }

    private List<StartingRun> decided(List<StoredSchedule> due, Instant now) {
        List<StoredSchedule> bound = due.stream()
                .filter(schedule -> schedule.definition().overlap() != Overlap.ALLOW)
                .toList();
        Set<String> underWay = rows.underWay(bound.stream()
                .map(StoredSchedule::lastRun)
                .filter(Objects::nonNull)
                .toList());
        Map<String, Integer> counts = rows.waiting(bound.stream()
                .filter(schedule -> schedule.definition().overlap() != Overlap.SKIP)
                .map(StoredSchedule::name)
                .toList());
        DecisionBatch batch = rows.batch();
        List<Decided> decided = new ArrayList<>();
        for (StoredSchedule schedule : due) {
            String before = schedule.lastRun();
            boolean isUnderWay = before != null && underWay.contains(before);
            Standing standing = new Standing(
                    schedule.decidedUntil(), isUnderWay ? before : null, counts.getOrDefault(schedule.name(), 0));
            Plan plan = plan(schedule, standing, now);
            if (plan != null) {
                decided.add(new Decided(schedule.decided(plan.decidedUntil(), batch.add(schedule, plan)), plan.next()));
            }
        }
        return committed(batch, decided);
    }

    /** Null where it breaks: such a schedule stays out of the calendar until it is changed. */
    private @Nullable Plan plan(StoredSchedule schedule, Standing standing, Instant now) {
        try {
            return Planner.plan(schedule.definition(), standing, now, time -> refusals.refusal(schedule, time));
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            repeats.error(
                    "what becomes of schedule " + schedule.name()
                            + " cannot be decided; it starts nothing until it is changed",
                    defect);
            return null;
        }
    }

    private List<StartingRun> committed(DecisionBatch batch, List<Decided> decided) {
        if (batch.isEmpty()) {
            return List.of();
        }
        Set<String> counting = rows.commit(batch);
        for (Decided each : decided) {
            if (counting.contains(each.schedule().name())) {
                calendar.put(each.schedule(), each.next());
            } else {
                calendar.drop(each.schedule().name());
            }
        }
        return batch.starting().stream()
                .filter(run -> counting.contains(run.schedule()))
                .toList();
    }
}
