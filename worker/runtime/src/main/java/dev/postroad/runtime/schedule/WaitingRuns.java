package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Overlap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lets runs begin that wait for the one before to end, or are asked for, each as its overlap says. Confined to one thread.
 */
final class WaitingRuns {
    private final ScheduleRows rows;
    private final Calendar calendar;
    private final ScheduleCancels cancels;

    WaitingRuns(ScheduleRows rows, Calendar calendar, ScheduleCancels cancels) {
        this.rows = rows;
        this.calendar = calendar;
        this.cancels = cancels;
    }

    /** Looks who waits, of the schedules that are looked after here; says how many do still. */
    int look() {
        Map<String, List<StartingRun>> heads = new LinkedHashMap<>();
        for (StartingRun run : rows.firstWaiting(calendar.names())) {
            heads.computeIfAbsent(run.schedule(), name -> new ArrayList<>()).add(run);
        }
        if (heads.isEmpty()) {
            return 0;
        }
        Set<String> underWay = rows.underWay(
                heads.keySet().stream().flatMap(name -> lastRun(name).stream()).toList());
        heads.forEach((schedule, waiting) -> look(schedule, waiting, underWay));
        return heads.size();
    }

    private Optional<String> lastRun(String schedule) {
        return calendar.find(schedule).map(StoredSchedule::lastRun);
    }

    private void look(String schedule, List<StartingRun> waiting, Set<String> underWay) {
        StartingRun head = waiting.getFirst();
        if (head.overlap() == Overlap.CANCEL_PREVIOUS) {
            head = waiting.getLast();
            waiting.subList(0, waiting.size() - 1)
                    .forEach(each -> rows.giveUp(each, "a later time was due before its run could begin"));
        }
        Optional<String> before = lastRun(schedule).filter(underWay::contains);
        if (before.isEmpty() || head.overlap() == Overlap.ALLOW) {
            release(head);
            return;
        }
        switch (head.overlap()) {
            case SKIP -> rows.giveUp(head, "the run " + before.get() + " has not ended");
            case CANCEL_PREVIOUS -> cancels.cancel(before.get(), head.runId());
            case QUEUE, ALLOW -> {}
        }
    }

    private void release(StartingRun run) {
        if (rows.release(run)) {
            calendar.find(run.schedule())
                    .ifPresent(known -> calendar.relate(known.decided(known.decidedUntil(), run.runId())));
        }
    }
}
