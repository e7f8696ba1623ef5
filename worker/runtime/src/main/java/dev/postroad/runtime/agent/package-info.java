/**
 * Reaches agents: opens a client for a definition of any kind. Definitions and calls come in; replies go out, with every
 * expected failure as a value. The kinds are rooms of their own: {@code http}, {@code llm}, {@code java} with {@code plugin}.
 * Must not know runs, the journal or Kafka.
 */
@NullMarked
package dev.postroad.runtime.agent;

import org.jspecify.annotations.NullMarked;
