package dev.postroad.runtime.debounce;

import java.time.Instant;
import java.util.Comparator;

/**
 * A trigger of a key that may run.
 *
 * @param begun whether it runs whatever comes
 * @param since when the first of those was written whose place it has taken, one after the other; of one that has taken
 *     none, when it was written itself
 */
record Rival(HeldTrigger trigger, boolean begun, Instant since) {
    static final Comparator<Rival> BY_TIME = Comparator.comparing(Rival::trigger, HeldTrigger.BY_TIME);

    /** One that comes just now. */
    static Rival of(HeldTrigger come) {
        return new Rival(come, false, come.writtenAt());
    }

    /** Whether an earlier one was still waited with when the first of those came whose place this one has. */
    boolean supersedes(Rival earlier) {
        HeldTrigger other = earlier.trigger;
        return !earlier.begun && since.isBefore(other.writtenAt().plus(other.within()));
    }

    /** As it is once it has the place of an earlier one, too. */
    Rival inPlaceOf(Rival earlier) {
        return earlier.since.isBefore(since) ? new Rival(trigger, begun, earlier.since) : this;
    }
}
