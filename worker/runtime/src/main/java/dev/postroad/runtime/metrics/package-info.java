/**
 * How the calls of agents go. The ends of attempts come in, from any thread; figures per minute go to Postgres. Must not
 * know who makes the calls, nor make any of them wait.
 */
@NullMarked
package dev.postroad.runtime.metrics;

import org.jspecify.annotations.NullMarked;
