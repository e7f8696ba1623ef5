package dev.postroad.runtime.intake;

import dev.postroad.engine.run.Origin;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a trigger that was read twice from a second trigger for the same run. Thread-safe. */
public final class Origins {
    private static final Logger LOG = LoggerFactory.getLogger(Origins.class);

    private final Jdbi jdbi;

    public Origins(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Answers on another thread whether a run was admitted from that very record. */
    void whetherFrom(String runId, Origin origin, Consumer<Boolean> answer) {
        Thread.ofVirtual().start(() -> {
            try {
                answer.accept(isFrom(runId, origin));
            } catch (JdbiException away) {
                // The offset stays uncommitted, so the record is judged again by the next owner.
                LOG.warn("whether run {} has been triggered twice cannot be told: {}", runId, away.getMessage());
            }
        });
    }

    private boolean isFrom(String runId, Origin origin) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT count(*) FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id AND j.seq = 1
                        WHERE r.run_id = :runId AND j.data #>> '{trigger,topic}' = :topic
                          AND (j.data #>> '{trigger,partition}')::int = :partition
                          AND (j.data #>> '{trigger,offset}')::bigint = :offset""")
                        .bind("runId", runId)
                        .bind("topic", origin.topic())
                        .bind("partition", origin.partition())
                        .bind("offset", origin.offset())
                        .mapTo(Integer.class)
                        .one()
                > 0);
    }
}
