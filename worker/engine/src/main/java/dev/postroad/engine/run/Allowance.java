package dev.postroad.engine.run;

/**
 * What the limits and the interrupts of a graph are reckoned from, since it began or was last resumed. Immutable.
 *
 * @param spent the supersteps that count no more
 * @param cleared the superstep whose interrupts are over
 */
record Allowance(int spent, int cleared) {
    static final Allowance NEW = new Allowance(0, 0);

    /** All supersteps from one on count; the interrupts before it are over. */
    static Allowance from(int superstep) {
        return new Allowance(Math.max(0, superstep - 1), superstep);
    }
}
