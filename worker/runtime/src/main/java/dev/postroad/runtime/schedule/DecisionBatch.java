package dev.postroad.runtime.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ScheduleDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about the times of many schedules, committed by one statement. A decision counts only where the schedule
 * is as it was when it was read: whoever else decided, or changed it, was first, and nothing of this schedule is written.
 * So each time is decided about once, by whichever worker. Confined to one thread.
 */
final class DecisionBatch {
    private static final String COMMIT = """
            WITH decided AS (
                UPDATE postroad.schedules s SET decided_until = d.until, last_run = coalesce(d.last_run, s.last_run)
                FROM unnest(:names::text[], :revisions::bigint[], :befores::timestamptz[], :seenRuns::text[],
                            :untils::timestamptz[], :lastRuns::text[])
                     AS d (name, revision, before, seen_run, until, last_run)
                WHERE s.name = d.name AND s.revision = d.revision AND s.decided_until = d.before
                  AND s.last_run IS NOT DISTINCT FROM d.seen_run
                RETURNING s.name
            ), starting AS (
                INSERT INTO postroad.schedule_runs (schedule, due_at, run_id, waits, overlap)
                SELECT r.schedule, r.due_at, r.run_id, r.waits, r.overlap
                FROM unnest(:runSchedules::text[], :runTimes::timestamptz[], :runIds::text[], :runWaits::boolean[],
                            :runOverlaps::text[]) AS r (schedule, due_at, run_id, waits, overlap)
                WHERE r.schedule IN (SELECT name FROM decided)
                ON CONFLICT DO NOTHING
            ), told AS (
                INSERT INTO postroad.agent_events (schedule, type, at, worker, data)
                SELECT e.schedule, e.type, :at::timestamptz, :worker, e.data::json
                FROM unnest(:eventSchedules::text[], :eventTypes::text[], :eventData::text[])
                     WITH ORDINALITY AS e (schedule, type, data, place)
                WHERE e.schedule IN (SELECT name FROM decided)
                ORDER BY e.place
            )
            SELECT name FROM decided""";

    private final ScheduleEvents events;
    private final List<String> names = new ArrayList<>();
    private final List<Long> revisions = new ArrayList<>();
    private final List<String> befores = new ArrayList<>();
    private final List<@Nullable String> seenRuns = new ArrayList<>();
    private final List<String> untils = new ArrayList<>();
    private final List<@Nullable String> lastRuns = new ArrayList<>();
    private final List<StartingRun> runs = new ArrayList<>();
    private final List<String> eventSchedules = new ArrayList<>();
    private final List<String> eventTypes = new ArrayList<>();
    private final List<String> eventData = new ArrayList<>();

    DecisionBatch(ScheduleEvents events) {
        this.events = events;
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** The runs that begin now, where the decision about their schedule counts. */
    List<StartingRun> starting() {
        return runs.stream().filter(run -> !run.waits()).toList();
    }

    /** Adds what was decided about a schedule; gives the newest run that it has then, null where that is the one before. */
    @Nullable
    String add(StoredSchedule schedule, Plan plan) {
        String newest = null;
        for (Decision decision : plan.decisions()) {
            newest = decision instanceof Decision.Fire(Instant time)
                    ? ScheduleDefinition.runId(schedule.name(), time)
                    : newest;
            add(schedule, decision);
        }
        names.add(schedule.name());
        revisions.add(schedule.revision());
        befores.add(schedule.decidedUntil().toString());
        seenRuns.add(schedule.lastRun());
        untils.add(plan.decidedUntil().toString());
        lastRuns.add(newest);
        return newest;
    }

    private void add(StoredSchedule schedule, Decision decision) {
        String name = schedule.name();
        switch (decision) {
            case Decision.Fire(Instant time) -> {
                StartingRun run = run(schedule, time, false);
                runs.add(run);
                tell(name, ScheduleEvents.FIRED, ScheduleEvents.fired(run));
            }
            case Decision.Wait(Instant time) -> runs.add(run(schedule, time, true));
            case Decision.Skip(Instant time, String reason) ->
                tell(name, ScheduleEvents.SKIPPED, ScheduleEvents.of(name, time, reason));
            case Decision.Miss missed -> tell(name, ScheduleEvents.MISSED, ScheduleEvents.missed(missed));
        }
    }

    private static StartingRun run(StoredSchedule schedule, Instant time, boolean waits) {
        return new StartingRun(
                schedule.name(),
                time,
                ScheduleDefinition.runId(schedule.name(), time),
                waits,
                schedule.definition().overlap(),
                null,
                null);
    }

    private void tell(String schedule, String type, ObjectNode data) {
        eventSchedules.add(schedule);
        eventTypes.add(type);
        eventData.add(ScheduleEvents.text(data));
    }

    /** Commits all of it; gives the names of the schedules whose decision counts. */
    Set<String> commit(Jdbi jdbi) {
        return new HashSet<>(jdbi.withHandle(
                handle -> bind(handle.createQuery(COMMIT)).mapTo(String.class).list()));
    }

    private Query bind(Query query) {
        return query.bindArray("names", String.class, names)
                .bindArray("revisions", Long.class, revisions)
                .bindArray("befores", String.class, befores)
                .bindArray("seenRuns", String.class, seenRuns)
                .bindArray("untils", String.class, untils)
                .bindArray("lastRuns", String.class, lastRuns)
                .bindArray(
                        "runSchedules",
                        String.class,
                        runs.stream().map(StartingRun::schedule).toList())
                .bindArray(
                        "runTimes",
                        String.class,
                        runs.stream().map(run -> run.dueAt().toString()).toList())
                .bindArray(
                        "runIds",
                        String.class,
                        runs.stream().map(StartingRun::runId).toList())
                .bindArray(
                        "runWaits",
                        String.class,
                        runs.stream().map(run -> String.valueOf(run.waits())).toList())
                .bindArray(
                        "runOverlaps",
                        String.class,
                        runs.stream().map(run -> run.overlap().publicName()).toList())
                .bindArray("eventSchedules", String.class, eventSchedules)
                .bindArray("eventTypes", String.class, eventTypes)
                .bindArray("eventData", String.class, eventData)
                .bind("at", events.now().toString())
                .bind("worker", events.workerId());
    }
}
