/**
 * Starts runs when schedules are due, each time exactly once over all workers. Definitions and the clock come in;
 * admissions and events go out. Must not know where records are read, nor how a run is stepped.
 */
@NullMarked
package dev.postroad.runtime.schedule;

import org.jspecify.annotations.NullMarked;
