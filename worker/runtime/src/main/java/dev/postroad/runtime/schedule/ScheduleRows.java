package dev.postroad.runtime.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Overlap;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.ScheduledInput;
import dev.postroad.runtime.background.Repeats;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What Postgres holds of schedules, for whoever starts their runs. Thread-safe. */
final class ScheduleRows {
    private static final int MOST_AT_ONCE = 5_000;
    private static final String STARTING =
            "SELECT schedule, due_at, run_id, waits, overlap, reason, asked_by FROM postroad.schedule_runs ";

    private final Jdbi jdbi;
    private final ScheduleEvents events;
    private final Repeats repeats;

    ScheduleRows(Jdbi jdbi, ScheduleEvents events, Repeats repeats) {
        this.jdbi = jdbi;
        this.events = events;
        this.repeats = repeats;
    }

    /**
     * What is another with every change of a schedule but of the times that are due: revisions only grow, and no row goes.
     * With how many shards there are, it says whether a look finds anything new.
     */
    record Stand(int shards, long revisions) {}

    /** Looks whether there is anything to look at. */
    Stand stand() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT (SELECT count(*) FROM postroad.shards) AS shards,
                               (SELECT coalesce(sum(revision), 0)::bigint FROM postroad.schedules) AS revisions""")
                .map((row, context) -> new Stand(row.getInt("shards"), row.getLong("revisions")))
                .one());
    }

    /**
     * How everything is now.
     *
     * @param shards how many there are
     * @param revisions of all schedules that are not removed
     */
    record Look(int shards, Map<String, Long> revisions) {}

    /** Looks which schedules there are. */
    Look look() {
        return jdbi.withHandle(handle -> {
            int shards = handle.createQuery("SELECT count(*) FROM postroad.shards")
                    .mapTo(Integer.class)
                    .one();
            Map<String, Long> revisions = new HashMap<>();
            handle.createQuery("SELECT name, revision FROM postroad.schedules WHERE removed_at IS NULL")
                    .map((row, context) -> revisions.put(row.getString("name"), row.getLong("revision")))
                    .list();
            return new Look(shards, revisions);
        });
    }

    /** Reads schedules; without those that are gone, or that this release cannot read. */
    List<StoredSchedule> read(Collection<String> names) {
        List<StoredSchedule> found = new ArrayList<>();
        jdbi.useHandle(handle -> handle.createQuery("""
                        SELECT name, definition, revision, paused, decided_until, last_run FROM postroad.schedules
                        WHERE name = ANY (:names) AND removed_at IS NULL""")
                .bindArray("names", String.class, names)
                .map((row, context) -> addReadable(row, found))
                .list());
        return found;
    }

    private boolean addReadable(ResultSet row, List<StoredSchedule> found) throws SQLException {
        String name = row.getString("name");
        try {
            ScheduleDefinition read = StoredDefinitions.read(row.getString("definition"));
            return found.add(new StoredSchedule(
                    read,
                    ScheduledInput.of(read),
                    row.getLong("revision"),
                    row.getBoolean("paused"),
                    time(row, "decided_until"),
                    row.getString("last_run")));
        } catch (FaultsException unsound) {
            repeats.warn("schedule " + name + " cannot be read by this release, and is left to others", unsound);
            return false;
        }
    }

    /** Of some runs, those that have not ended: they are under way, or are about to be admitted. */
    Set<String> underWay(Collection<String> runIds) {
        return runIds.isEmpty()
                ? Set.of()
                : new HashSet<>(jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT run_id FROM postroad.runs
                        WHERE run_id = ANY (:runIds) AND status NOT IN ('completed', 'failed', 'cancelled')
                        UNION ALL
                        SELECT run_id FROM postroad.schedule_runs WHERE run_id = ANY (:runIds) AND NOT waits""")
                        .bindArray("runIds", String.class, runIds)
                        .mapTo(String.class)
                        .list()));
    }

    /** How many times of some schedules wait for a run to end. */
    Map<String, Integer> waiting(Collection<String> schedules) {
        Map<String, Integer> counts = new HashMap<>();
        if (!schedules.isEmpty()) {
            jdbi.useHandle(handle -> handle.createQuery("""
                            SELECT schedule, count(*) AS waiting FROM postroad.schedule_runs
                            WHERE schedule = ANY (:schedules) AND waits GROUP BY schedule""")
                    .bindArray("schedules", String.class, schedules)
                    .map((row, context) -> counts.put(row.getString("schedule"), row.getInt("waiting")))
                    .list());
        }
        return counts;
    }

    /** The runs of some schedules that are to be admitted now. */
    List<StartingRun> starting(Collection<String> schedules) {
        return runs(
                STARTING + "WHERE NOT waits AND schedule = ANY (:schedules) ORDER BY due_at LIMIT " + MOST_AT_ONCE,
                schedules);
    }

    /**
     * Of each of some schedules the first that waits, and where there are several that would cancel the run before, all of
     * them. No more wait than {@link Planner} allows, or somebody asked for. While a schedule is paused those alone count
     * that somebody asked for.
     */
    List<StartingRun> firstWaiting(Collection<String> schedules) {
        return runs("""
                SELECT schedule, due_at, run_id, waits, overlap, reason, asked_by
                FROM (SELECT r.*, row_number() OVER (PARTITION BY schedule ORDER BY due_at) AS place
                      FROM postroad.schedule_runs r JOIN postroad.schedules s ON s.name = r.schedule
                      WHERE waits AND schedule = ANY (:schedules) AND (NOT s.paused OR r.reason IS NOT NULL)) w
                WHERE place = 1 OR overlap = 'cancel-previous'
                ORDER BY schedule, due_at""", schedules);
    }

    private List<StartingRun> runs(String sql, Collection<String> schedules) {
        return schedules.isEmpty()
                ? List.of()
                : jdbi.withHandle(handle -> handle.createQuery(sql)
                        .bindArray("schedules", String.class, schedules)
                        .map((row, context) -> starting(row))
                        .list());
    }

    private static StartingRun starting(ResultSet row) throws SQLException {
        return new StartingRun(
                row.getString("schedule"),
                time(row, "due_at"),
                row.getString("run_id"),
                row.getBoolean("waits"),
                Overlap.find(row.getString("overlap")).orElse(Overlap.QUEUE),
                row.getString("reason"),
                row.getString("asked_by"));
    }

    /** Lets a run begin that waited; says whether it waited still, and may. */
    boolean release(StartingRun run) {
        return jdbi.inTransaction(handle -> {
            if (!isLocked(handle, run) || !isReleased(handle, run)) {
                return false;
            }
            handle.execute("UPDATE postroad.schedules SET last_run = ? WHERE name = ?", run.runId(), run.schedule());
            events.append(handle, run.schedule(), ScheduleEvents.FIRED, ScheduleEvents.fired(run));
            return true;
        });
    }

    /** The schedule first and its runs then, as all do that change both. */
    private static boolean isLocked(Handle handle, StartingRun run) {
        return handle.createQuery("""
                        SELECT name FROM postroad.schedules
                        WHERE name = :name AND removed_at IS NULL AND (NOT paused OR :asked) FOR UPDATE""")
                .bind("name", run.schedule())
                .bind("asked", run.reason() != null)
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }

    private static boolean isReleased(Handle handle, StartingRun run) {
        return changes(
                handle,
                "UPDATE postroad.schedule_runs SET waits = false WHERE schedule = ? AND due_at = ? AND waits",
                run);
    }

    /** A run that was decided upon comes to nothing; tells why. */
    void giveUp(StartingRun run, String reason) {
        jdbi.useTransaction(handle -> {
            if (isRemoved(handle, run)) {
                ObjectNode data = ScheduleEvents.of(run.schedule(), run.dueAt(), reason);
                events.append(handle, run.schedule(), ScheduleEvents.SKIPPED, data);
            }
        });
    }

    private static boolean isRemoved(Handle handle, StartingRun run) {
        return changes(handle, "DELETE FROM postroad.schedule_runs WHERE schedule = ? AND due_at = ?", run);
    }

    private static boolean changes(Handle handle, String sql, StartingRun run) {
        return handle.execute(sql, run.schedule(), run.dueAt().atOffset(ZoneOffset.UTC)) == 1;
    }

    /**
     * Forgets runs that are admitted. A lane that takes one for a repeat may know it from an admission that is not
     * committed, and may never be: such a one stays.
     */
    void admitted(Collection<StartingRun> runs) {
        if (runs.isEmpty()) {
            return;
        }
        jdbi.useHandle(handle -> handle.createUpdate("""
                        DELETE FROM postroad.schedule_runs r
                        USING unnest(:schedules::text[], :times::timestamptz[]) AS a (schedule, due_at)
                        WHERE r.schedule = a.schedule AND r.due_at = a.due_at AND NOT r.waits
                          AND (EXISTS (SELECT FROM postroad.runs k WHERE k.run_id = r.run_id)
                               OR EXISTS (SELECT FROM postroad.pruned_runs p WHERE p.run_id = r.run_id))""")
                .bindArray(
                        "schedules",
                        String.class,
                        runs.stream().map(StartingRun::schedule).toList())
                .bindArray(
                        "times",
                        String.class,
                        runs.stream().map(run -> run.dueAt().toString()).toList())
                .execute());
    }

    /** What is decided is to be committed with it. */
    DecisionBatch batch() {
        return new DecisionBatch(events);
    }

    /** Commits decisions; gives the names of the schedules of which they count. */
    Set<String> commit(DecisionBatch batch) {
        return batch.commit(jdbi);
    }

    /** Forgets events that are published and older than a time, the oldest of them; says whether there may be more. */
    boolean forgetEvents(Instant before) {
        return jdbi.withHandle(handle -> handle.execute("""
                        DELETE FROM postroad.agent_events WHERE id IN (
                            SELECT id FROM (SELECT id, at, published FROM postroad.agent_events
                                            WHERE schedule IS NOT NULL ORDER BY id LIMIT ?) AS oldest
                            WHERE published AND at < ?)""", MOST_AT_ONCE, before.atOffset(ZoneOffset.UTC)))
                == MOST_AT_ONCE;
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
