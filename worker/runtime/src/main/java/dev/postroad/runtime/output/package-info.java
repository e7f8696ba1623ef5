/**
 * Reads back what nodes showed while they ran. A run and a place come in, the chunks of the run from there on go out, one
 * consumer for all who read. Knows nothing of events, nor of who reads.
 */
@NullMarked
package dev.postroad.runtime.output;

import org.jspecify.annotations.NullMarked;
