package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Overlap;
import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the runs of the schedules whose shard is owned here. Ten times a second it takes from memory what is due; what
 * becomes of it is decided and committed for all of them by one statement, and only then are the runs handed to the lanes:
 *
 * <pre>
 *   due ──► decide ──► commit: decided_until, the runs that begin, the events ──► admit ──► forget the runs
 *                         └── somebody else was first: nothing is written, and the schedule is read anew
 * </pre>
 *
 * <p>So a time is decided about once, over all workers, and a run that was decided upon is found by whoever takes over.
 * Owns one thread.
 */
public final class ScheduleRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduleRunner.class);
    private static final long LOOK_EVERY_MILLIS = 100;
    private static final Duration READ_EVERY = Duration.ofSeconds(1);
    private static final Duration LOOK_AT_WAITING_EVERY = Duration.ofMillis(250);
    private static final Set<Overlap> MAY_WAIT = EnumSet.of(Overlap.QUEUE, Overlap.CANCEL_PREVIOUS);

    private final Repeats repeats;
    private final ScheduleRows rows;
    private final ScheduleShards shards;
    private final Calendar calendar = new Calendar();
    private final Starter starter;
    private final Decider decider;
    private final WaitingRuns waiting;
    private final InstantSource clock;
    private final Rounds rounds;
    private final Duration keptEvents;
    private final Hourly oldEvents;
    private @Nullable Seen seen;
    private Instant readAt = Instant.MIN;
    private Instant waitingAt = Instant.MIN;
    /** Whether some in Postgres may wait for others to end, or for room; seen anew with each reading. */
    private boolean someWait;

    /** What says whether schedules are to be read anew. */
    private record Seen(ScheduleRows.Stand stand, Set<Integer> owned) {}

    /**
     * What it calls on.
     *
     * @param epochs of the shards that are owned here
     * @param workerId noted with events, for people
     * @param keptEvents how long events of schedules are kept in Postgres
     */
    public record Collaborators(
            Jdbi jdbi,
            Catalog catalog,
            Lanes lanes,
            Supplier<Map<Integer, Long>> epochs,
            ScheduleCancels cancels,
            @Nullable String workerId,
            Duration keptEvents,
            InstantSource clock) {}

    public ScheduleRunner(Collaborators with) {
        this.clock = with.clock();
        this.keptEvents = with.keptEvents();
        this.oldEvents = new Hourly(clock);
        this.repeats = new Repeats(LOG, clock);
        this.rows = new ScheduleRows(with.jdbi(), new ScheduleEvents(with.workerId(), clock), repeats);
        Admissions admissions = new Admissions(with.catalog());
        this.shards = new ScheduleShards(with.epochs());
        this.starter = new Starter(admissions, with.lanes(), with.epochs(), rows, clock);
        this.decider = new Decider(rows, admissions::refusal, calendar, repeats);
        this.waiting = new WaitingRuns(rows, calendar, with.cancels());
        this.rounds = new Rounds("postroad-schedules", "schedules that are due", LOOK_EVERY_MILLIS, clock, () -> {
            look(clock.instant());
        });
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look(Instant now) {
        starter.settle();
        if (calendar.isOutdated() || isTime(readAt, READ_EVERY, now)) {
            read();
            readAt = now;
            someWait = !calendar.names().isEmpty();
        }
        if (someWait && isTime(waitingAt, LOOK_AT_WAITING_EVERY, now)) {
            someWait = waiting.look() > 0;
            start(rows.starting(calendar.names()));
            waitingAt = now;
        }
        if (starter.hasRoom()) {
            List<StoredSchedule> due = calendar.takeDue(now, decider.most());
            start(decider.decide(due, now));
            someWait |= due.stream()
                    .anyMatch(
                            schedule -> MAY_WAIT.contains(schedule.definition().overlap()));
        }
        if (oldEvents.isDue() && !rows.forgetEvents(now.minus(keptEvents))) {
            oldEvents.done();
        }
    }

    /** A clock that was set back makes it look at once, and not only when that time has come again. */
    private static boolean isTime(Instant last, Duration every, Instant now) {
        return last.isAfter(now) || !last.plus(every).isAfter(now);
    }

    /** Where nothing has changed, nothing is read but that. */
    private void read() {
        starter.forgetLost();
        Seen now = new Seen(rows.stand(), shards.owned());
        if (!now.equals(seen) || calendar.isOutdated()) {
            readAll();
            seen = now;
        }
    }

    private void readAll() {
        ScheduleRows.Look found = rows.look();
        shards.count(found.shards());
        List<String> here =
                found.revisions().keySet().stream().filter(shards::isHere).toList();
        calendar.retain(Set.copyOf(here));
        List<String> outdated = calendar.outdated(found.revisions(), here);
        if (!outdated.isEmpty()) {
            rows.read(outdated).forEach(this::put);
        }
        calendar.read();
    }

    /** One whose times cannot be told is left out until it is changed. */
    private void put(StoredSchedule schedule) {
        try {
            calendar.put(schedule);
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            repeats.error("when schedule " + schedule.name() + " is due cannot be told; it is left out", defect);
            calendar.put(schedule, null);
        }
    }

    private void start(Collection<StartingRun> runs) {
        for (StartingRun run : runs) {
            someWait |= !start(run);
        }
    }

    /** Whether it is on its way; one that breaks is no reason for others not to begin. */
    private boolean start(StartingRun run) {
        try {
            return calendar.find(run.schedule())
                    .filter(schedule -> starter.start(schedule, run, shards.of(run.schedule())))
                    .isPresent();
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            repeats.error("run " + run.runId() + " cannot begin yet; others do", defect);
            return false;
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
