package dev.postroad.runtime.intake;

import dev.postroad.engine.run.Origin;
import org.jdbi.v3.core.Jdbi;

/** Tells a trigger that was read twice from a second trigger for the same run. Thread-safe. */
public final class Origins {
    private final Jdbi jdbi;

    public Origins(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Whether a run was admitted from that very record; waits for Postgres. Runs of earlier releases, and of a Kafka that
     * gives topics no ids, do not say from which topic of the name.
     */
    boolean isFrom(String runId, Origin origin) {
        return jdbi.withHandle(handle -> handle.createQuery("""
            SELECT count(*) FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id AND j.seq = 1
            WHERE r.run_id = :runId AND j.data #>> '{trigger,topic}' = :topic
              AND (j.data #>> '{trigger,partition}')::int = :partition
              AND (j.data #>> '{trigger,offset}')::bigint = :offset
              AND coalesce(j.data #>> '{trigger,topicId}' = CAST(:topicId AS text), true)\
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
