package dev.postroad.runtime.intake;

import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.background.Gathering;
import dev.postroad.runtime.journal.PrunedRun;
import dev.postroad.runtime.journal.PrunedRuns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Tells a trigger that was read twice from a second trigger for the same run. Thread-safe. */
public final class Origins {
    private static final int ASKED_AT_ONCE = 2;

    /**
     * Runs of earlier releases, and of a Kafka that gives topics no ids, do not say from which topic of the name. What is
     * asked of each by itself is found by its id; of many at once Postgres would read whole tables.
     */
    private static final String EARLIER = """
            SELECT run_id,
                   (SELECT count(*)
                    FROM (SELECT j.data -> 'trigger' AS trigger
                          FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id AND j.seq = 1
                          WHERE r.run_id = come.run_id
                          UNION ALL
                          SELECT p.trigger FROM postroad.pruned_runs p WHERE p.run_id = come.run_id) AS known
                    WHERE trigger ->> 'topic' = come.topic
                      AND (trigger ->> 'partition')::int = come.partition
                      AND (trigger ->> 'offset')::bigint = come."offset"
                      AND coalesce(trigger ->> 'topicId' = come.topic_id, true)) > 0 AS same,
                   (%s) AS pruned_at
            FROM unnest(:runIds, :topics, :topicIds, :partitions, :offsets)
                WITH ORDINALITY AS come (run_id, topic, topic_id, partition, "offset", place)
            ORDER BY place""".formatted(PrunedRuns.prunedAt("come.run_id"));

    private final Jdbi jdbi;
    private final Gathering<Second, Earlier> together =
            new Gathering<>(ASKED_AT_ONCE, second -> second.runId().length(), this::earlier);

    private record Second(String runId, Origin origin) {}

    /**
     * What is known of the trigger that a run has already.
     *
     * @param isSame whether it is that very record
     * @param reason why nothing comes of another one
     */
    record Earlier(boolean isSame, String reason) {}

    public Origins(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Looks for the trigger that a run was admitted from; waits for Postgres. */
    Earlier earlier(String runId, Origin origin) throws InterruptedException {
        return together.ask(new Second(runId, origin));
    }

    private List<Earlier> earlier(List<Second> seconds) {
        return jdbi.withHandle(handle -> handle.createQuery(EARLIER)
                .bindArray("runIds", String.class, each(seconds, Second::runId))
                .bindArray(
                        "topics",
                        String.class,
                        each(seconds, second -> second.origin().topic()))
                .bindArray(
                        "topicIds",
                        String.class,
                        each(seconds, second -> second.origin().topicId()))
                .bindArray(
                        "partitions",
                        Integer.class,
                        each(seconds, second -> second.origin().partition()))
                .bindArray(
                        "offsets",
                        Long.class,
                        each(seconds, second -> second.origin().offset()))
                .map((row, context) -> earlier(row))
                .list());
    }

    private static @Nullable Object[] each(List<Second> seconds, Function<Second, @Nullable Object> part) {
        return seconds.stream().map(part).toArray();
    }

    private static Earlier earlier(ResultSet row) throws SQLException {
        String runId = row.getString("run_id");
        OffsetDateTime prunedAt = row.getObject("pruned_at", OffsetDateTime.class);
        String reason = prunedAt == null
                ? "there is a run " + runId + " already, and it is left as it is"
                : "there was a run " + runId + " already: " + new PrunedRun(runId, prunedAt.toInstant()).said();
        return new Earlier(row.getBoolean("same"), reason);
    }
}
