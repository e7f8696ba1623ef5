package dev.postroad.runtime.intake;

import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.journal.PrunedRuns;
import org.jdbi.v3.core.Jdbi;

/** Tells a trigger that was read twice from a second trigger for the same run. Thread-safe. */
public final class Origins {
    private final Jdbi jdbi;
    private final PrunedRuns pruned;

    public Origins(Jdbi jdbi) {
        this.jdbi = jdbi;
        this.pruned = new PrunedRuns(jdbi);
    }

    /** Why nothing comes of a second trigger for a run; waits for Postgres. */
    String reason(String runId) {
        return pruned.find(runId)
                .map(gone -> "there was a run " + runId + " already: " + gone.said())
                .orElse("there is a run " + runId + " already, and it is left as it is");
    }

    /**
     * Whether a run was admitted from that very record; waits for Postgres. Runs of earlier releases, and of a Kafka that
     * gives topics no ids, do not say from which topic of the name.
     */
    boolean isFrom(String runId, Origin origin) {
        return jdbi.withHandle(handle -> handle.createQuery("""
            SELECT count(*)
            FROM (SELECT j.data -> 'trigger' AS trigger
                  FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id AND j.seq = 1 WHERE r.run_id = :runId
                  UNION ALL
                  SELECT p.trigger FROM postroad.pruned_runs p WHERE p.run_id = :runId) AS known
            WHERE trigger ->> 'topic' = :topic
              AND (trigger ->> 'partition')::int = :partition
              AND (trigger ->> 'offset')::bigint = :offset
              AND coalesce(trigger ->> 'topicId' = CAST(:topicId AS text), true)\
            """)
                        .bind("runId", runId)
                        .bind("topic", origin.topic())
                        .bind("topicId", origin.topicId())
                        .bind("partition", origin.partition())
                        .bind("offset", origin.offset())
                        .mapTo(Integer.class)
                        .one()
                > 0);
    }
}
