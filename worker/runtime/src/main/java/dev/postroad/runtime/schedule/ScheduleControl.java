package dev.postroad.runtime.schedule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Overlap;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.contracts.message.ScheduleCommand.Backfill;
import dev.postroad.contracts.message.ScheduleCommand.Pause;
import dev.postroad.contracts.message.ScheduleCommand.TriggerNow;
import dev.postroad.contracts.message.ScheduleCommand.Unpause;
import dev.postroad.contracts.message.StartAt;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Pauses and unpauses schedules, and starts runs of them that somebody asks for. It writes to Postgres alone: whoever has
 * the schedule sees it within a second. Each command may be given again, and changes nothing then. Thread-safe.
 */
public final class ScheduleControl {
    /** The most runs that one backfill starts. */
    private static final int MOST_OF_A_BACKFILL = 1_000;

    private final Jdbi jdbi;
    private final ScheduleEvents events;
    private final InstantSource clock;

    /** @param workerId noted with events, for people; null where it is no worker that is asked */
    public ScheduleControl(Jdbi jdbi, @Nullable String workerId, InstantSource clock) {
        this.jdbi = jdbi;
        this.events = new ScheduleEvents(workerId, clock);
        this.clock = clock;
    }

    /** Does what is asked now; see the other. */
    public List<String> apply(ScheduleCommand command) {
        return apply(command, clock.instant());
    }

    /**
     * Does what is asked.
     *
     * @param at when it was asked: what is triggered has this as its time
     * @return the runs that begin because of it, or wait to; empty where it starts none
     * @throws UnknownScheduleException where there is no such schedule
     * @throws ScheduleCommandException where it would start too many runs, or ends before it begins
     */
    public List<String> apply(ScheduleCommand command, Instant at) {
        return jdbi.inTransaction(handle -> switch (command.action()) {
            case Pause(String reason) -> pause(handle, command, reason);
            case Unpause(String reason) -> unpause(handle, command, reason);
            case TriggerNow _ -> {
                ScheduleDefinition definition = locked(handle, command.schedule());
                Instant time = legal(at.truncatedTo(ChronoUnit.MILLIS));
                String why = "somebody asked for it";
                yield start(handle, definition, List.of(time), definition.overlap(), why, command.by());
            }
            case Backfill(Instant from, Instant to) -> backfill(handle, command, from, to);
        });
    }

    /** No run has an id with another time; a record has one whose writer took microseconds for milliseconds. */
    private static Instant legal(Instant time) {
        if (time.isBefore(Instant.EPOCH) || time.isAfter(StartAt.LAST)) {
            throw new ScheduleCommandException(
                    new Fault("", "the time of the record is " + time, "use one from 1970 to 9999"));
        }
        return time;
    }

    private List<String> pause(Handle handle, ScheduleCommand command, @Nullable String reason) {
        int changed =
                handle.execute("""
                UPDATE postroad.schedules
                SET paused = true, paused_by = ?, paused_reason = ?, paused_at = ?, revision = revision + 1
                WHERE name = ? AND removed_at IS NULL AND NOT paused""", command.by(), reason, clock.instant().atOffset(ZoneOffset.UTC), command.schedule());
        tell(handle, command, changed, ScheduleEvents.PAUSED, reason);
        return List.of();
    }

    /** What was due while it was paused is nobody's concern. */
    private List<String> unpause(Handle handle, ScheduleCommand command, @Nullable String reason) {
        int changed = handle.execute("""
                UPDATE postroad.schedules
                SET paused = false, paused_by = NULL, paused_reason = NULL, paused_at = NULL, revision = revision + 1,
                    decided_until = greatest(decided_until, ?)
                WHERE name = ? AND removed_at IS NULL AND paused""", clock.instant().atOffset(ZoneOffset.UTC), command.schedule());
        tell(handle, command, changed, ScheduleEvents.UNPAUSED, reason);
        return List.of();
    }

    private void tell(Handle handle, ScheduleCommand command, int changed, String type, @Nullable String reason) {
        if (changed == 0) {
            requireKnown(handle, command.schedule());
            return;
        }
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        if (reason != null) {
            data.put("reason", reason);
        }
        if (command.by() != null) {
            data.put("by", command.by());
        }
        events.append(handle, command.schedule(), type, data);
    }

    private List<String> backfill(Handle handle, ScheduleCommand command, Instant from, Instant to) {
        ScheduleDefinition definition = locked(handle, command.schedule());
        Overlap overlap = definition.overlap() == Overlap.ALLOW ? Overlap.ALLOW : Overlap.QUEUE;
        return start(handle, definition, times(definition, from, to), overlap, "it is made up for", command.by());
    }

    private List<Instant> times(ScheduleDefinition definition, Instant from, Instant to) {
        if (from.isBefore(Instant.EPOCH)) {
            // Postgres knows no times of long before that, and takes them for one.
            throw new ScheduleCommandException(
                    new Fault("from", "the times from " + from + " on are asked for", "say 1970 or later"));
        }
        Instant now = clock.instant();
        Instant end = to.isAfter(now) ? now : to;
        List<Instant> times = new ArrayList<>();
        Optional<Instant> next = definition.timing().after(from.minusNanos(1));
        while (next.isPresent() && !next.get().isAfter(end)) {
            if (times.size() == MOST_OF_A_BACKFILL) {
                throw new ScheduleCommandException(new Fault(
                        "to",
                        "schedule " + definition.name() + " is due more than " + MOST_OF_A_BACKFILL + " times from "
                                + from + " to " + end,
                        "take a shorter time"));
            }
            times.add(next.get());
            next = definition.timing().after(next.get());
        }
        return times;
    }

    private List<String> start(
            Handle handle,
            ScheduleDefinition definition,
            List<Instant> times,
            Overlap overlap,
            String reason,
            @Nullable String by) {
        Set<String> there = there(handle, definition, times);
        List<String> started = new ArrayList<>();
        for (Instant time : times) {
            StartingRun run = new StartingRun(
                    definition.name(),
                    time,
                    ScheduleDefinition.runId(definition.name(), time),
                    overlap != Overlap.ALLOW,
                    overlap,
                    reason,
                    by);
            if (there.contains(run.runId())) {
                continue;
            }
            started.add(run.runId());
            if (isNew(handle, run) && !run.waits()) {
                events.append(handle, run.schedule(), ScheduleEvents.FIRED, ScheduleEvents.fired(run));
                handle.execute(
                        "UPDATE postroad.schedules SET last_run = ? WHERE name = ?", run.runId(), run.schedule());
            }
        }
        return started;
    }

    private static Set<String> there(Handle handle, ScheduleDefinition definition, List<Instant> times) {
        return new HashSet<>(handle.createQuery("SELECT run_id FROM postroad.runs WHERE run_id = ANY (:runIds)")
                .bindArray(
                        "runIds",
                        String.class,
                        times.stream()
                                .map(time -> ScheduleDefinition.runId(definition.name(), time))
                                .toList())
                .mapTo(String.class)
                .list());
    }

    private static boolean isNew(Handle handle, StartingRun run) {
        return handle.execute(
                        """
                        INSERT INTO postroad.schedule_runs (schedule, due_at, run_id, waits, overlap, reason, asked_by)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (schedule, due_at) DO UPDATE SET reason = excluded.reason, asked_by = excluded.asked_by
                        WHERE schedule_runs.waits AND excluded.waits AND schedule_runs.reason IS NULL""",
                        run.schedule(),
                        run.dueAt().atOffset(ZoneOffset.UTC),
                        run.runId(),
                        run.waits(),
                        run.overlap().publicName(),
                        run.reason(),
                        run.askedBy())
                == 1;
    }

    private static void requireKnown(Handle handle, String name) {
        List<String> known = known(handle);
        if (!known.contains(name)) {
            throw new UnknownScheduleException(name, known);
        }
    }

    private static ScheduleDefinition locked(Handle handle, String name) {
        String stored = handle.createQuery(
                        "SELECT definition FROM postroad.schedules WHERE name = :name AND removed_at IS NULL FOR UPDATE")
                .bind("name", name)
                .mapTo(String.class)
                .findOne()
                .orElseThrow(() -> new UnknownScheduleException(name, known(handle)));
        try {
            return StoredDefinitions.read(stored);
        } catch (FaultsException unsound) {
            throw new ScheduleCommandException(new Fault(
                    "schedule",
                    name + " cannot be read by this release: " + unsound.getMessage(),
                    "publish it again, or ask a worker of the release that wrote it"));
        }
    }

    private static List<String> known(Handle handle) {
        return handle.createQuery("SELECT name FROM postroad.schedules WHERE removed_at IS NULL ORDER BY name")
                .mapTo(String.class)
                .list();
    }
}
