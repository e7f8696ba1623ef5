/**
 * Agents that read their work from a topic of their own and answer on another, when they are done. Attempts come in and
 * records go out; records come in and answers go out. Must not know runs: whoever waits for an answer is found elsewhere.
 */
@NullMarked
package dev.postroad.runtime.agent.kafka;

import org.jspecify.annotations.NullMarked;
