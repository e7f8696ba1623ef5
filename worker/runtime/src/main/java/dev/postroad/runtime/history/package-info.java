/**
 * Looks back at runs. Ids and filters come in; summaries, events and states go out, each kind from a room of its own. Must
 * not change anything, nor know Kafka.
 */
@NullMarked
package dev.postroad.runtime.history;

import org.jspecify.annotations.NullMarked;
