/**
 * Puts committed events on the topics, in order for each run. Events come in; records go out, and what may be missing
 * is read back from the journal. Must not know how events are decided.
 */
@NullMarked
package dev.postroad.runtime.publish;

import org.jspecify.annotations.NullMarked;
