package dev.postroad.engine.run;

/** The graph inside a task, on its way. A task keeps it, and knows nothing of it. */
interface Inside {}
