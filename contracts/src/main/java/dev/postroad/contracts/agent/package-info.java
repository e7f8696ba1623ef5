/**
 * What a Java agent implements and what it is handed. Calls come in, replies and output chunks go out.
 * Must not know Kafka, Postgres or the engine.
 */
@NullMarked
package dev.postroad.contracts.agent;

import org.jspecify.annotations.NullMarked;
