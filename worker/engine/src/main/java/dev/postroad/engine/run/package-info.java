/**
 * The pure core: a run is a fold over its events, and a decision is a function of run, command and time.
 * Commands come in; events and effects go out. Must not know threads, clocks, Kafka or Postgres.
 */
@NullMarked
package dev.postroad.engine.run;

import org.jspecify.annotations.NullMarked;
