package dev.postroad.runtime.retention;

import dev.postroad.runtime.config.RetentionSettings;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * Finds the runs whose time has come, sweep by sweep: of each graph from the oldest on, as they were queued. There is an
 * index for that order anyway, so that none has to be kept for this, and few runs are older than the retention and stay.
 * Those of which the trigger said how long they are kept have an index of their own.
 * Confined to the pruner's thread.
 */
final class DueRuns {
    private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(1);
    private static final Duration LEAST_BETWEEN_SWEEPS = Duration.ofSeconds(1);

    /** Where all is kept: a graph may come that says otherwise. */
    private static final Duration BETWEEN_LOOKS_FOR_RULES = Duration.ofSeconds(5);

    private static final int PAGE = 1_000;

    private static final String OF_GRAPH = """
            SELECT r.id, r.run_id, r.shard, r.queued_at AS since,
                   r.retention IS NULL AND r.shard = ANY (:shards) AND r.status IN %1$s AND r.ended_at < :cutoff
                   AND r.ended_at < s.published_at
                   AND NOT EXISTS (SELECT FROM postroad.imported_runs i
                                   WHERE i.run = r.id AND i.imported_at >= :cutoff) AS due
            FROM postroad.runs r LEFT JOIN postroad.shards s ON s.shard = r.shard
            WHERE r.graph = :graph AND r.queued_at < :cutoff AND (r.queued_at, r.id) > (:afterAt, :afterId)
            ORDER BY r.queued_at, r.id LIMIT :most""".formatted(EndedRun.STATUSES);

    /** Those whose triggers said so, by an index in which no others are: from the one on that is due for longest. */
    private static final String BY_TRIGGER =
            """
            SELECT r.id, r.run_id, r.shard, r.ended_at + r.retention AS since,
                   r.shard = ANY (:shards) AND r.status IN %1$s AND r.ended_at < s.published_at AS due
            FROM postroad.runs r LEFT JOIN postroad.shards s ON s.shard = r.shard
            WHERE r.retention IS NOT NULL AND %2$s < CAST(:cutoff AS timestamptz) AT TIME ZONE 'UTC'
              AND (%2$s, r.id) > (CAST(:afterAt AS timestamptz) AT TIME ZONE 'UTC', :afterId)
            ORDER BY %2$s, r.id LIMIT :most""".formatted(EndedRun.STATUSES, "(r.ended_at AT TIME ZONE 'UTC' + r.retention)");

    private final Jdbi jdbi;
    private final RetentionSettings settings;
    private final InstantSource clock;
    private final Deque<Place> places = new ArrayDeque<>();
    private Instant nextSweep = Instant.MIN;
    private Instant nextSweepByTriggers = Instant.MIN;

    /**
     * How far a sweep has come.
     *
     * @param graph of this graph; null where it is of those whose triggers said how long they are kept
     */
    private record Place(
            @Nullable String graph,
            OffsetDateTime cutoff,
            @Nullable Row last) {}

    /** @param since by which they are in order */
    private record Row(EndedRun run, OffsetDateTime since, boolean due) {
        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    new EndedRun(row.getLong("id"), row.getString("run_id"), row.getInt("shard")),
                    row.getObject("since", OffsetDateTime.class),
                    row.getBoolean("due"));
        }
    }

    DueRuns(Jdbi jdbi, RetentionSettings settings, InstantSource clock) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.clock = clock;
    }

    /** Whether there may be some, as a sweep is under way or due. */
    boolean isSweeping() {
        Instant now = clock.instant();
        if (places.isEmpty() && !now.isBefore(nextSweep)) {
            begin(now);
        }
        if (places.isEmpty() && !now.isBefore(nextSweepByTriggers)) {
            nextSweepByTriggers = now.plus(BETWEEN_LOOKS_FOR_RULES);
            places.add(new Place(null, now.atOffset(ZoneOffset.UTC), null));
        }
        return !places.isEmpty();
    }

    private void begin(Instant now) {
        List<RetentionRule> rules = RetentionRule.all(jdbi, settings);
        Duration pause = rules.isEmpty() ? BETWEEN_LOOKS_FOR_RULES : BETWEEN_SWEEPS;
        for (RetentionRule rule : rules) {
            places.add(new Place(rule.graph(), now.minus(rule.keep()).atOffset(ZoneOffset.UTC), null));
            Duration tenth = rule.keep().dividedBy(10);
            pause = tenth.compareTo(pause) < 0 ? tenth : pause;
        }
        nextSweep = now.plus(pause.compareTo(LEAST_BETWEEN_SWEEPS) < 0 ? LEAST_BETWEEN_SWEEPS : pause);
    }

    /**
     * Some more of them, of one page of a graph; may be empty, though there are more.
     *
     * @param shards whose runs are looked for
     */
    List<EndedRun> next(Collection<Integer> shards, int most) {
        Place place = places.poll();
        if (place == null) {
            return List.of();
        }
        List<Row> page = page(place, shards);
        List<EndedRun> due = new ArrayList<>();
        Row last = null;
        for (Row row : page) {
            if (due.size() == most) {
                break;
            }
            last = row;
            if (row.due()) {
                due.add(row.run());
            }
        }
        if (last != null && (page.size() == PAGE || !last.equals(page.getLast()))) {
            places.addFirst(new Place(place.graph(), place.cutoff(), last));
        }
        return due;
    }

    private List<Row> page(Place place, Collection<Integer> shards) {
        Row last = place.last();
        OffsetDateTime afterAt = last == null
                ? OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)
                : Objects.requireNonNull(last.since());
        return jdbi.withHandle(handle -> handle.createQuery(place.graph() == null ? BY_TRIGGER : OF_GRAPH)
                .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                .bind("graph", place.graph())
                .bind("cutoff", place.cutoff())
                .bind("afterAt", afterAt)
                .bind("afterId", last == null ? 0 : last.run().number())
                .bindArray("shards", Integer.class, shards)
                .bind("most", PAGE)
                .map((row, context) -> Row.of(row))
                .list());
    }
}
