package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.KeyExpression;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.limit.RateWindow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Picks, of the runs of a graph that wait, those that may begin by its limits: in the order of the queue, where whoever
 * cannot begin keeps those behind from going ahead that wait for the same. Confined to one thread.
 */
final class TurnPicker {
    private final Instant now;
    private final Map<String, Long> taken = new HashMap<>();
    private final Map<String, RateWindow> windows = new HashMap<>();
    private final Map<String, RateWindow> changed = new HashMap<>();
    private final Set<Long> blocked = new HashSet<>();
    private final Set<Long> picked = new HashSet<>();
    /** The lines of which the next is to begin here, where there is no room for it. */
    private final Set<Long> withoutRoom = new HashSet<>();

    private int room;
    private boolean full;

    /**
     * A run that waits.
     *
     * @param keys its key for each limit; empty where nothing was found out, and all are the empty one
     * @param own whether it waits by limits of its own, so that it may begin where those of its graph are full, and holds
     *     nobody back by them who does not wait for the same
     * @param line the same for those that wait for the same
     * @param here whether it is to begin here, where there is room for some
     */
    record Waiting(long number, QueueRules rules, List<String> keys, boolean own, long line, boolean here) {
        String key(int limit) {
            return limit < keys.size() ? keys.get(limit) : KeyExpression.NO_KEY;
        }
    }

    /**
     * @param now by the clock that all workers go by
     * @param room for so many runs that are to begin here
     */
    TurnPicker(Instant now, int room) {
        this.now = now;
        this.room = room;
    }

    /** Notes runs that are under way, or may begin already: each once, by however many limits it is counted alike. */
    void take(QueueRules rules, List<String> keys, long count) {
        Waiting alike = new Waiting(0, rules, keys, false, 0, false);
        Set<String> buckets = new HashSet<>();
        for (int i = 0; i < rules.concurrency().size(); i++) {
            buckets.add(rules.concurrency().get(i).bucket(alike.key(i)));
        }
        buckets.forEach(bucket -> taken.merge(bucket, count, Long::sum));
    }

    /** The rates of which has to be known how much was used, before these are offered. */
    Map<String, QueueRules.Rate> unknownRates(List<Waiting> waiting) {
        Map<String, QueueRules.Rate> unknown = new HashMap<>();
        for (Waiting run : waiting) {
            for (int i = 0; i < run.rules().rates().size(); i++) {
                QueueRules.Rate rate = run.rules().rates().get(i);
                String bucket = rate.bucket(run.key(run.rules().concurrency().size() + i));
                if (!windows.containsKey(bucket)) {
                    unknown.put(bucket, rate);
                }
            }
        }
        return unknown;
    }

    /** What was used of a rate. */
    void know(String bucket, RateWindow window) {
        windows.put(bucket, window);
    }

    /** Picks of these, in their order, until so many are picked; their rates are known. */
    void offer(List<Waiting> waiting, int most) {
        for (Waiting run : waiting) {
            if (picked.size() >= most) {
                return;
            }
            if (full && !run.own()) {
                continue;
            }
            if (!blocked.contains(run.line()) && !withoutRoom.contains(run.line()) && !picked.contains(run.number())) {
                offer(run);
            }
        }
    }

    private void offer(Waiting run) {
        QueueRules rules = run.rules();
        int limits = rules.concurrency().size();
        for (int i = 0; i < limits; i++) {
            QueueRules.Concurrency limit = rules.concurrency().get(i);
            if (taken.getOrDefault(limit.bucket(run.key(i)), 0L) >= limit.runs()) {
                block(run, limit.key() == null && !run.own());
                return;
            }
        }
        for (int i = 0; i < rules.rates().size(); i++) {
            QueueRules.Rate rate = rules.rates().get(i);
            if (window(rate, rate.bucket(run.key(limits + i))).used(now) >= rate.runs()) {
                block(run, rate.key() == null && !run.own());
                return;
            }
        }
        if (run.here() && room == 0) {
            withoutRoom.add(run.line());
            return;
        }
        room -= run.here() ? 1 : 0;
        picked.add(run.number());
        take(rules, run.keys(), 1);
        Set<String> used = new HashSet<>();
        for (int i = 0; i < rules.rates().size(); i++) {
            QueueRules.Rate rate = rules.rates().get(i);
            String bucket = rate.bucket(run.key(limits + i));
            if (used.add(bucket)) {
                RateWindow window = window(rate, bucket);
                window.use(now, 1);
                changed.put(bucket, window);
            }
        }
    }

    private RateWindow window(QueueRules.Rate rate, String bucket) {
        return windows.computeIfAbsent(bucket, ignored -> RateWindow.empty(rate.per()));
    }

    private void block(Waiting run, boolean all) {
        blocked.add(run.line());
        full |= all;
    }

    /** Whether more may be picked until so many are, and there is room. */
    boolean wantsMore(int most) {
        return !full && withoutRoom.isEmpty() && picked.size() < most;
    }

    /** Whether some were passed over while others may begin, and there is room: they wait for what is their own key's. */
    boolean hasPassedSome() {
        return !full && !blocked.isEmpty() && withoutRoom.isEmpty();
    }

    /** Whether nobody may begin but who has limits of its own, of whom there is room for some. */
    boolean hasRoomForOwn(int most) {
        return full && withoutRoom.isEmpty() && picked.size() < most;
    }

    boolean isBlocked(long line) {
        return blocked.contains(line);
    }

    /** The lines of which nobody may begin now. */
    Set<Long> blocked() {
        return Set.copyOf(blocked);
    }

    List<Long> picked() {
        return new ArrayList<>(picked);
    }

    /** What was used by those that were picked, by rate. */
    Map<String, RateWindow> changed() {
        return changed;
    }
}
