/**
 * Steps runs, in rooms of its own: {@code lane} decides and commits, {@code queue} says who begins next, {@code calls} calls
 * agents, {@code commands} makes instructions of messages, {@code waking} finds what runs at rest wait for. Must not know
 * Kafka's consumers or HTTP.
 */
@NullMarked
package dev.postroad.runtime.run;

import org.jspecify.annotations.NullMarked;
