/**
 * A client for backends that trigger and follow runs. Triggers and control messages go out to Kafka, events come in.
 * Must not know the database or the worker.
 */
@NullMarked
package dev.postroad.contracts.client;

import org.jspecify.annotations.NullMarked;
