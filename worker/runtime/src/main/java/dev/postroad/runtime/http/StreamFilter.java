package dev.postroad.runtime.http;

import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.past.EventFilter;

/**
 * What a reader of a stream wants.
 *
 * @param events which events; of chunks of output, those of the same nodes and times
 * @param output whether chunks too
 */
record StreamFilter(EventFilter events, boolean output) {
    boolean accepts(RunEvent event) {
        return events.accepts(event);
    }

    boolean accepts(OutputChunk chunk) {
        return output
                && (events.nodes().isEmpty() || events.nodes().contains(chunk.node()))
                && (events.since() == null || !chunk.at().isBefore(events.since()))
                && (events.until() == null || chunk.at().isBefore(events.until()));
    }
}
