/** Which workers live, and from which dead ones shards were taken. */
@NullMarked
package dev.postroad.runtime.history.workers;

import org.jspecify.annotations.NullMarked;
