package dev.postroad.runtime.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The schedules that are looked after here, and when each is due next. Confined to one thread. */
final class Calendar {
    private final Map<String, StoredSchedule> schedules = new HashMap<>();
    private final Map<String, Instant> next = new HashMap<>();
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private boolean outdated;

    /** An entry counts while it says what {@link #next} says. */
    private record Entry(Instant at, String schedule) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = at.compareTo(other.at);
            return byTime == 0 ? schedule.compareTo(other.schedule) : byTime;
        }
    }

    Optional<StoredSchedule> find(String name) {
        return Optional.ofNullable(schedules.get(name));
    }

    /** Takes a schedule in, or in its newest state; one that is paused is never due. */
    void put(StoredSchedule schedule) {
        Instant first = schedule.paused()
                ? null
                : schedule.definition().timing().after(schedule.decidedUntil()).orElse(null);
        put(schedule, first);
    }

    /** @param due when it is due next; null where it is not */
    void put(StoredSchedule schedule, @Nullable Instant due) {
        schedules.put(schedule.name(), schedule);
        if (due == null) {
            next.remove(schedule.name());
        } else if (!due.equals(next.put(schedule.name(), due))) {
            entries.add(new Entry(due, schedule.name()));
        }
    }

    /** Takes in its newest state; when it is due stays as it is. */
    void relate(StoredSchedule schedule) {
        schedules.put(schedule.name(), schedule);
    }

    void remove(String name) {
        schedules.remove(name);
        next.remove(name);
    }

    /** Forgets a schedule until it is read anew, which it is to be at once. */
    void drop(String name) {
        remove(name);
        outdated = true;
    }

    /** Whether something was dropped and is not read anew. */
    boolean isOutdated() {
        return outdated;
    }

    /** What was dropped is read anew. */
    void read() {
        outdated = false;
    }

    /** Leaves out what is not among these. */
    void retain(Set<String> names) {
        Set<String> gone = new HashSet<>(schedules.keySet());
        gone.removeAll(names);
        gone.forEach(this::remove);
    }

    /** Of some schedules, each with its revision, those that are not here in that revision. */
    List<String> outdated(Map<String, Long> revisions, Collection<String> names) {
        return names.stream()
                .filter(name -> find(name)
                        .filter(known -> Objects.equals(known.revision(), revisions.get(name)))
                        .isEmpty())
                .toList();
    }

    /** Takes out those that are due, the earliest first, some at most; each comes back by {@link #put} or is left out. */
    List<StoredSchedule> takeDue(Instant now, int most) {
        List<StoredSchedule> due = new ArrayList<>();
        while (due.size() < most && !entries.isEmpty() && !entries.peek().at().isAfter(now)) {
            Entry entry = entries.remove();
            if (entry.at().equals(next.get(entry.schedule()))) {
                next.remove(entry.schedule());
                due.add(schedules.get(entry.schedule()));
            }
        }
        return due;
    }

    /** The names of all, as they are when this is looked at. */
    Set<String> names() {
        return Collections.unmodifiableSet(schedules.keySet());
    }
}
