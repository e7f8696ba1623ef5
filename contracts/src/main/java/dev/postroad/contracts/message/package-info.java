/**
 * What travels on the topics. Bytes from strangers come in; triggers, control messages and events, or faults that
 * name the place and the remedy, go out. Knows nothing of Kafka's classes, the engine or the database.
 */
@NullMarked
package dev.postroad.contracts.message;

import org.jspecify.annotations.NullMarked;
