package dev.postroad.runtime.debounce;

import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of a trigger, and of those of its key that are held, when it comes. It goes by when they were written alone,
 * and each that is left knows since when it has taken the place of others, so it is the same in whatever order and however
 * often they are read, as long as none has begun. Pure.
 *
 * @param left those that may run, where they are not as they were: the one that came among them, unless it is superseded
 * @param superseded those that do not run because of a later one
 */
record Contest(List<Rival> left, List<HeldTrigger> superseded) {
    Contest {
        left = List.copyOf(left);
        superseded = List.copyOf(superseded);
    }

    /** @param known all of its key that may run, and those that have begun not long ago */
    static Contest of(HeldTrigger come, List<Rival> known) {
        if (known.stream().anyMatch(rival -> rival.trigger().isSame(come))) {
            return new Contest(List.of(), List.of());
        }
        List<Rival> earliestFirst = new ArrayList<>(known);
        earliestFirst.add(Rival.of(come));
        earliestFirst.sort(Rival.BY_TIME);
        List<Rival> left = new ArrayList<>();
        List<HeldTrigger> superseded = new ArrayList<>();
        Rival later = earliestFirst.removeLast();
        for (Rival rival : earliestFirst.reversed()) {
            if (later.supersedes(rival)) {
                superseded.add(rival.trigger());
                later = later.inPlaceOf(rival);
            } else {
                left.add(later);
                later = rival;
            }
        }
        left.add(later);
        left.removeAll(known);
        return new Contest(left, superseded);
    }
}
