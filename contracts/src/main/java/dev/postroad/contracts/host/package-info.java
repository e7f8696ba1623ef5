/**
 * Serves agents over Kafka from a process of one's own, wherever the workers are. Tasks come in, answers, heartbeats and
 * chunks go out. Needs {@code kafka-clients}, and must not know the database or the worker.
 */
@NullMarked
package dev.postroad.contracts.host;

import org.jspecify.annotations.NullMarked;
