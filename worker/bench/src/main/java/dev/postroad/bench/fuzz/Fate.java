package dev.postroad.bench.fuzz;

/** How a record gets to its topic. */
enum Fate {
    /** At once. */
    PLAIN,
    /** In a transaction with others. */
    COMMITTED,
    /** In a transaction that is given up, so that it must have no effect. */
    ABORTED
}
