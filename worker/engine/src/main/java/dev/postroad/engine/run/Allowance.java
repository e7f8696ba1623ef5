package dev.postroad.engine.run;

import java.util.Set;

/**
 * What the limits and the interrupts of a graph are reckoned from, since it began or was last resumed. Immutable.
 *
 * @param spent the supersteps that count no more
 * @param cleared the superstep whose interrupts are over
 * @param passed the tasks that wait to begin and whose breakpoints are over, where supersteps overlap; else none
 */
record Allowance(int spent, int cleared, Set<String> passed) {
    static final Allowance NEW = new Allowance(0, 0, Set.of());

    /** All supersteps from one on count; the interrupts before it are over. */
    static Allowance from(int superstep) {
        return new Allowance(Math.max(0, superstep - 1), superstep, Set.of());
    }

    /** The same, where what stands before a superstep, or before tasks, is over. */
    Allowance past(int superstep, Set<String> tasks) {
        return new Allowance(spent, superstep, tasks);
    }
}
