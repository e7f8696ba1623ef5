/**
 * Decides which queued run begins next, and how many at once. Queued runs come in from lanes and from Postgres; places go
 * out. Must not know lanes.
 */
@NullMarked
package dev.postroad.runtime.run.queue;

import org.jspecify.annotations.NullMarked;
