package dev.postroad.runtime.http;

import dev.postroad.contracts.message.Topics;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a worker, for whoever looks at it.
 *
 * @param kafka the addresses of Kafka, with commas between them
 * @param traceLink where people look at traces, as {@code POSTROAD_TRACE_LINK} has it; null for nowhere
 */
public record Surroundings(
        String kafka, Topics topics, @Nullable String traceLink) {}
