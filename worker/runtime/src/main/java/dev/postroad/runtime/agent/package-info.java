/**
 * Reaches agents. Definitions and calls come in; replies go out, with every expected failure as a value.
 * Must not know runs, the journal or Kafka.
 */
@NullMarked
package dev.postroad.runtime.agent;

import org.jspecify.annotations.NullMarked;
