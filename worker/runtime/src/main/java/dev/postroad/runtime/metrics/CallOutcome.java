package dev.postroad.runtime.metrics;

/** How a call went. */
enum CallOutcome {
    /** The agent did what it was asked for, or said when to call it again. */
    SUCCESS,
    FAILURE
}
