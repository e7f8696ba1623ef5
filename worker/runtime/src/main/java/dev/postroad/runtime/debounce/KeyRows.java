package dev.postroad.runtime.debounce;

import dev.postroad.runtime.debounce.DebouncedTriggers.Taken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The triggers of one key as they stand while the key is locked, and what becomes of them as others come, one after the
 * other. Knows all that has to do with what comes; does not write. Confined to one transaction.
 */
final class KeyRows {
    private final Map<HeldRow.Id, HeldRow> rows = new LinkedHashMap<>();
    private final Set<HeldRow.Id> changed = new LinkedHashSet<>();
    private final Set<HeldRow.Id> held = new LinkedHashSet<>();

    KeyRows(Collection<HeldRow> stored) {
        stored.forEach(row -> rows.put(row.id(), row));
    }

    private record Loser(HeldTrigger trigger, boolean isRepeat) {}

    /**
     * Takes in a trigger, unless a later one is there already, or its run has begun. Read again, it changes nothing.
     *
     * @return those that do not run because of this one, and this one where it does not, as long as that is not told
     */
    Taken take(Arrival arrival) {
        HeldTrigger come = arrival.trigger();
        List<Rival> known = known(come);
        if (known.stream().anyMatch(rival -> rival.begun() && come.isRepeatOf(rival.trigger()))
                && known.stream().noneMatch(rival -> rival.trigger().isSame(come))) {
            return new Taken(List.of(), List.of(come));
        }
        Contest contest = Contest.of(come, known);
        note(contest, arrival);
        List<Loser> untold = superseded(come);
        if (contest.superseded().contains(come)
                && untold.stream().noneMatch(each -> each.trigger().isSame(come))) {
            untold.add(new Loser(come, known.stream().anyMatch(rival -> runs(rival, contest, come))));
        }
        return taken(untold);
    }

    /** One that has begun, and was written before, has nothing to do with what comes, unless it is for the same run. */
    private List<Rival> known(HeldTrigger come) {
        return rows.values().stream()
                .filter(HeldRow::mayRun)
                .filter(row -> !row.begun()
                        || !row.trigger().writtenAt().isBefore(come.writtenAt())
                        || row.trigger().runId().equals(come.runId()))
                .map(HeldRow::rival)
                .toList();
    }

    private static boolean runs(Rival rival, Contest contest, HeldTrigger forRunOf) {
        return forRunOf.isRepeatOf(rival.trigger()) && !contest.superseded().contains(rival.trigger());
    }

    private void note(Contest contest, Arrival arrival) {
        HeldTrigger come = arrival.trigger();
        contest.superseded().forEach(superseded -> mark(superseded, come));
        for (Rival left : contest.left()) {
            if (left.trigger().equals(come)) {
                hold(left, arrival.shard());
            } else {
                extend(left);
            }
        }
    }

    /** Whoever reads the record of what came tells it, so that each is told of by one. */
    private void mark(HeldTrigger superseded, HeldTrigger come) {
        HeldRow.Id id = HeldRow.Id.of(superseded);
        rows.computeIfPresent(id, (_, row) -> row.begun() ? row : row.supersededBy(come.place()));
        changed.add(id);
    }

    private void extend(Rival left) {
        HeldRow.Id id = HeldRow.Id.of(left.trigger());
        rows.computeIfPresent(id, (_, row) -> row.since(left.since()));
        changed.add(id);
    }

    /** One that is there already is one that was superseded, and is not any more. */
    private void hold(Rival left, int shard) {
        HeldRow come = new HeldRow(left.trigger().inMillis(), shard, left.since(), false, null);
        HeldRow before = rows.get(come.id());
        if (before == null || !before.begun()) {
            rows.put(come.id(), come);
            held.add(come.id());
        }
    }

    private List<Loser> superseded(HeldTrigger come) {
        List<Loser> superseded = new ArrayList<>();
        for (HeldRow row : rows.values()) {
            if (come.place().equals(row.supersededBy())) {
                superseded.add(new Loser(row.trigger(), isToRun(row.trigger().runId())));
            }
        }
        return superseded;
    }

    private boolean isToRun(String runId) {
        return rows.values().stream()
                .anyMatch(row -> row.mayRun() && row.trigger().runId().equals(runId));
    }

    private static Taken taken(List<Loser> losers) {
        return new Taken(
                losers.stream()
                        .filter(each -> !each.isRepeat())
                        .map(Loser::trigger)
                        .toList(),
                losers.stream().filter(Loser::isRepeat).map(Loser::trigger).toList());
    }

    /** Those that are held since now, whatever became of them since. */
    List<HeldRow> held() {
        return held.stream().map(rows::get).toList();
    }

    /** Those that were there before, and are not as they were. */
    List<HeldRow> changed() {
        return changed.stream()
                .filter(id -> rows.containsKey(id) && !held.contains(id))
                .map(rows::get)
                .toList();
    }
}
