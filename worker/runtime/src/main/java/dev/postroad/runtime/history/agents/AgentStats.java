package dev.postroad.runtime.history.agents;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an agent fared in a span, over all workers.
 *
 * @param since the begin of the first minute that counts
 * @param until when it was so
 * @param health null where the agent is not published
 * @param graphs the same by graph, by name
 * @param minutes the last of those minutes in which there were calls, the oldest first; at most {@link #MOST_MINUTES}
 */
public record AgentStats(
        String agent,
        Instant since,
        Instant until,
        @Nullable AgentHealth health,
        AgentFigures total,
        List<OfGraph> graphs,
        List<OfMinute> minutes) {
    /** The most minutes that are told one by one. */
    public static final int MOST_MINUTES = 60;

    public AgentStats {
        graphs = List.copyOf(graphs);
        minutes = List.copyOf(minutes);
    }

    /** The calls for the runs of one graph. */
    public record OfGraph(String graph, AgentFigures figures) {}

    /** The calls that ended in one minute. */
    public record OfMinute(Instant minute, AgentFigures figures) {}
}
