package dev.postroad.runtime.trace;

import java.time.Instant;
import java.util.List;

/**
 * What one commit added to the journal of a run.
 *
 * @param moments in the order of the journal; not empty
 * @param rows how many rows the commit had, those of other runs among them
 * @param begunAt when it was begun
 * @param endedAt when Postgres had it
 */
public record Commit(String graph, int graphVersion, List<Moment> moments, int rows, Instant begunAt, Instant endedAt) {
    public Commit {
        moments = List.copyOf(moments);
    }
}
