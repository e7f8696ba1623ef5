/**
 * Which shards this worker owns. Kafka's assignments come in; raised epochs and recovered runs go out.
 * Must not know what a run does.
 */
@NullMarked
package dev.postroad.runtime.ownership;

import org.jspecify.annotations.NullMarked;
