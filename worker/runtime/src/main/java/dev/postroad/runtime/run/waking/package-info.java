/**
 * Finds in Postgres what runs at rest wait for - a time, an agent, a command - and tells their lanes that it is there.
 */
@NullMarked
package dev.postroad.runtime.run.waking;

import org.jspecify.annotations.NullMarked;
