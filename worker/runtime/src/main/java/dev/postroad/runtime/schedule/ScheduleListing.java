package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.schedule.Timing;
import dev.postroad.runtime.schedule.ScheduleReport.LastRun;
import dev.postroad.runtime.schedule.ScheduleReport.Paused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Which schedules there are, and how they stand. Thread-safe. */
public final class ScheduleListing {
    /** How many of the next times are told. */
    private static final int NEXT_TIMES = 5;

    private static final String SCHEDULES = """
            SELECT s.definition, s.paused, s.paused_by, s.paused_reason, s.paused_at, s.decided_until, s.last_run, r.status,
                   (SELECT count(*) FROM postroad.schedule_runs w WHERE w.schedule = s.name AND w.waits) AS waiting,
                   late.skipped, late.missed,
                   CASE WHEN s.definition ->> 'graph' IS NULL
                        THEN NOT EXISTS (SELECT FROM postroad.agents a
                                         WHERE a.name = s.definition ->> 'agent' AND a.removed_at IS NULL)
                        ELSE NOT EXISTS (SELECT FROM postroad.graphs g WHERE g.name = s.definition ->> 'graph')
                             OR s.definition ->> 'graph' IN (
                                 SELECT name FROM postroad.graph_removals WHERE republished_at IS NULL)
                   END AS is_aimless
            FROM postroad.schedules s LEFT JOIN postroad.runs r ON r.run_id = s.last_run
            LEFT JOIN (
                SELECT schedule, count(*) FILTER (WHERE type = 'schedule.skipped') AS skipped,
                       count(*) FILTER (WHERE type = 'schedule.missed') AS missed
                FROM (SELECT schedule, type FROM postroad.agent_events
                      WHERE schedule IS NOT NULL ORDER BY id DESC LIMIT 5000) newest
                GROUP BY schedule) late ON late.schedule = s.name
            WHERE s.removed_at IS NULL""";

    private final Jdbi postgres;
    private final InstantSource clock;

    public ScheduleListing(DataSource database, InstantSource clock) {
        this.postgres = Jdbi.create(database);
        this.clock = clock;
    }

    /** All that this release can read, by name. */
    public List<ScheduleReport> all() {
        return postgres.withHandle(handle -> found(handle.createQuery(SCHEDULES + " ORDER BY s.name")));
    }

    /** One of them; empty where there is none of that name. */
    public Optional<ScheduleReport> find(String name) {
        return postgres
                .withHandle(handle -> found(
                        handle.createQuery(SCHEDULES + " AND s.name = :name").bind("name", name)))
                .stream()
                .findFirst();
    }

    private List<ScheduleReport> found(Query query) {
        return query.map((row, context) -> report(row)).list().stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<ScheduleReport> report(ResultSet row) throws SQLException {
        try {
            ScheduleDefinition read = StoredDefinitions.read(row.getString("definition"));
            String lastRun = row.getString("last_run");
            return Optional.of(new ScheduleReport(
                    read,
                    row.getBoolean("paused")
                            ? new Paused(row.getString("paused_by"), row.getString("paused_reason"), pausedAt(row))
                            : null,
                    lastRun == null ? null : new LastRun(lastRun, row.getString("status")),
                    row.getInt("waiting"),
                    row.getInt("skipped"),
                    row.getInt("missed"),
                    row.getBoolean("is_aimless"),
                    next(read.timing(), ScheduleRows.time(row, "decided_until"))));
        } catch (FaultsException ofALaterRelease) {
            return Optional.empty();
        }
    }

    private static @Nullable Instant pausedAt(ResultSet row) throws SQLException {
        OffsetDateTime at = row.getObject("paused_at", OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private List<Instant> next(Timing timing, Instant decidedUntil) {
        Instant now = clock.instant();
        List<Instant> next = new ArrayList<>();
        Optional<Instant> time = timing.after(decidedUntil.isAfter(now) ? decidedUntil : now);
        while (time.isPresent() && next.size() < NEXT_TIMES) {
            next.add(time.get());
            time = timing.after(time.get());
        }
        return next;
    }
}
