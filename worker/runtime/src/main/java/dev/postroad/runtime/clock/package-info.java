/**
 * The time that a worker lives by. What Postgres's clock shows comes in; one time for all workers, and how far this
 * machine's clock is off, go out. Must not know what anybody uses the time for.
 */
@NullMarked
package dev.postroad.runtime.clock;

import org.jspecify.annotations.NullMarked;
