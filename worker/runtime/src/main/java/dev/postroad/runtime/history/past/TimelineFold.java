package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.past.RunTimeline.Bar;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes bars from a journal. Confined to one thread. */
final class TimelineFold {
    private static final String RUNNING = "running";
    private static final String WAITING = "waiting";
    private static final String CANCELLED = "cancelled";

    private final List<Bar> bars = new ArrayList<>();
    /** The places of those bars that have no end yet, by task. */
    private final Map<String, Integer> open = new LinkedHashMap<>();

    List<Bar> bars() {
        return bars;
    }

    void add(RunEvent event) {
        switch (event.type()) {
            case NODE_STARTED -> start(event);
            case NODE_RETRYING -> end(event, "retrying");
            case NODE_COMPLETED -> end(event, "completed");
            case NODE_FAILED -> end(event, "failed");
            case NODE_CANCELLED -> end(event, CANCELLED);
            // Its tools have bars of their own.
            case NODE_CALLING -> end(event, "completed");
            case NODE_WAITING -> keep(event, WAITING);
            case RUN_COMPLETED, RUN_FAILED, RUN_CANCELLED, RUN_ROLLED_BACK, STATE_UPDATED -> endAll(event.at());
            case RUN_CONTINUED -> {
                if (!"enqueued".equals(event.data().path("mode").asText())) {
                    endAll(event.at());
                }
            }
            // These say nothing of attempts.
            case RUN_QUEUED,
                    RUN_STARTED,
                    NODE_REMINDED,
                    NODE_REASSIGNED,
                    BUDGET_EXCEEDED,
                    RUN_WAITING,
                    RUN_RESUMED,
                    RUN_PAUSING,
                    RUN_PAUSED,
                    RUN_UNPAUSED,
                    BREAKPOINTS_SET,
                    RUN_FORKED,
                    RUN_MIGRATING,
                    RUN_MIGRATED,
                    RUN_RETRIED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED,
                    TRIGGER_SUPERSEDED,
                    UNKNOWN -> {}
        }
    }

    private void start(RunEvent event) {
        close(event.task(), event.at(), null);
        open.put(task(event), bars.size());
        bars.add(bar(event, null, RUNNING));
    }

    private void end(RunEvent event, String outcome) {
        if (!open.containsKey(task(event))) {
            bars.add(bar(event, event.at(), outcome));
        }
        close(event.task(), event.at(), outcome);
    }

    private void keep(RunEvent event, String outcome) {
        Integer place = open.get(task(event));
        if (place == null) {
            open.put(task(event), bars.size());
            bars.add(waiting(bar(event, null, outcome), event));
        } else {
            bars.set(place, waiting(ended(bars.get(place), null, outcome), event));
        }
    }

    private static Bar waiting(Bar bar, RunEvent event) {
        String what = event.data().has("agent") ? "agent" : event.data().has("until") ? "time" : "person";
        return new Bar(
                bar.node(),
                bar.task(),
                bar.attempt(),
                bar.superstep(),
                bar.startedAt(),
                bar.endedAt(),
                bar.outcome(),
                what,
                event.at());
    }

    private void endAll(Instant at) {
        List.copyOf(open.keySet()).forEach(task -> close(task, at, null));
    }

    /** @param outcome null for what follows from what it was doing */
    private void close(@Nullable String task, Instant at, @Nullable String outcome) {
        Integer place = open.remove(task == null ? "" : task);
        if (place != null) {
            Bar bar = bars.get(place);
            String left = bar.outcome().equals(RUNNING) ? CANCELLED : bar.outcome();
            bars.set(place, ended(bar, at, outcome == null ? left : outcome));
        }
    }

    private static Bar ended(Bar bar, @Nullable Instant at, String outcome) {
        return new Bar(
                bar.node(),
                bar.task(),
                bar.attempt(),
                bar.superstep(),
                bar.startedAt(),
                at,
                outcome,
                bar.waitsFor(),
                bar.waitsSince());
    }

    private static Bar bar(RunEvent event, @Nullable Instant endedAt, String outcome) {
        Instant startedAt = event.at().minusMillis(Math.max(0, event.durationMillis()));
        return new Bar(
                event.node() == null ? "" : event.node(),
                task(event),
                event.attempt(),
                event.superstep(),
                startedAt,
                endedAt,
                outcome);
    }

    private static String task(RunEvent event) {
        return event.task() == null ? "" : event.task();
    }
}
