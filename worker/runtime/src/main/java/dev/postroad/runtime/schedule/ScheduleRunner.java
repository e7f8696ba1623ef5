package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Overlap;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
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
    private static final int MOST_AT_ONCE = 1_000;

    private final Jdbi jdbi;
    private final ScheduleEvents events;
    private final ScheduleRows rows;
    private final Admissions admissions;
    private final ScheduleShards shards;
    private final Calendar calendar = new Calendar();
    private final Starter starter;
    private final WaitingRuns waiting;
    private final InstantSource clock;
    private final Rounds rounds;
    private final Duration keptEvents;
    private final Hourly oldEvents;
    private Instant readAt = Instant.MIN;
    private Instant waitingAt = Instant.MIN;
    private boolean someWait;

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

    /** @param changed rung where a schedule was changed, or asked for, on this worker */
    public ScheduleRunner(Bell changed, Collaborators with) {
        this.jdbi = with.jdbi();
        this.clock = with.clock();
        this.keptEvents = with.keptEvents();
        this.oldEvents = new Hourly(clock);
        this.events = new ScheduleEvents(with.workerId(), clock);
        this.rows = new ScheduleRows(jdbi, events, new Repeats(LOG, clock));
        this.admissions = new Admissions(with.catalog());
        this.shards = new ScheduleShards(with.epochs());
        this.starter = new Starter(admissions, with.lanes(), with.epochs(), rows, clock);
        this.waiting = new WaitingRuns(rows, calendar, with.cancels());
        this.rounds =
                new Rounds(changed, "postroad-schedules", "schedules that are due", LOOK_EVERY_MILLIS, clock, () -> {
                    look(clock.instant());
                });
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look(Instant now) {
        starter.settle();
        if (isTime(readAt, READ_EVERY, now)) {
            read();
            readAt = now;
            someWait = true;
        }
        if (someWait && isTime(waitingAt, LOOK_AT_WAITING_EVERY, now)) {
            someWait = waiting.look() > 0;
            rows.starting().forEach(this::start);
            waitingAt = now;
        }
        if (starter.hasRoom()) {
            decide(calendar.takeDue(now, MOST_AT_ONCE), now);
        }
        if (oldEvents.isDue() && !rows.forgetEvents(now.minus(keptEvents))) {
            oldEvents.done();
        }
    }

    /** A clock that was set back makes it look at once, and not only when that time has come again. */
    private static boolean isTime(Instant last, Duration every, Instant now) {
        return last.isAfter(now) || !last.plus(every).isAfter(now);
    }

    private void read() {
        starter.forgetLost();
        ScheduleRows.Look found = rows.look();
        shards.count(found.shards());
        List<String> here =
                found.revisions().keySet().stream().filter(shards::isHere).toList();
        calendar.retain(Set.copyOf(here));
        List<String> outdated = calendar.outdated(found.revisions(), here);
        if (!outdated.isEmpty()) {
            rows.read(outdated).forEach(calendar::put);
        }
    }

    private void decide(List<StoredSchedule> due, Instant now) {
        if (due.isEmpty()) {
            return;
        }
        List<StoredSchedule> bound = due.stream()
                .filter(schedule -> schedule.definition().overlap() != Overlap.ALLOW)
                .toList();
        List<String> lastRuns = new ArrayList<>();
        bound.forEach(schedule -> {
            if (schedule.lastRun() != null) {
                lastRuns.add(schedule.lastRun());
            }
        });
        try {
            Set<String> underWay = rows.underWay(lastRuns);
            Map<String, Integer> counts = rows.waiting(bound.stream()
                    .filter(schedule -> schedule.definition().overlap() != Overlap.SKIP)
                    .map(StoredSchedule::name)
                    .toList());
            decide(due, underWay, counts, now);
        } catch (RuntimeException failed) {
            // What was taken out comes back, whatever of it was committed.
            due.forEach(schedule -> calendar.remove(schedule.name()));
            readAt = Instant.MIN;
            throw failed;
        }
    }

    private void decide(List<StoredSchedule> due, Set<String> underWay, Map<String, Integer> counts, Instant now) {
        DecisionBatch batch = new DecisionBatch(events);
        List<Decided> decided = new ArrayList<>();
        for (StoredSchedule schedule : due) {
            String before =
                    schedule.lastRun() != null && underWay.contains(schedule.lastRun()) ? schedule.lastRun() : null;
            int waits = counts.getOrDefault(schedule.name(), 0);
            Plan plan = Planner.plan(
                    schedule.definition(),
                    new Standing(
                            schedule.decidedUntil(), waits > 0 && before == null ? schedule.name() : before, waits),
                    now,
                    time -> admissions.refusal(schedule, time));
            decided.add(new Decided(schedule.decided(plan.decidedUntil(), batch.add(schedule, plan)), plan.next()));
        }
        Set<String> counting = batch.commit(jdbi);
        for (Decided each : decided) {
            if (counting.contains(each.schedule().name())) {
                calendar.put(each.schedule(), each.next());
            } else {
                calendar.remove(each.schedule().name());
                readAt = Instant.MIN;
            }
        }
        batch.starting().stream()
                .filter(run -> counting.contains(run.schedule()))
                .forEach(this::start);
        someWait = true;
    }

    private record Decided(
            StoredSchedule schedule, @Nullable Instant next) {}

    private void start(StartingRun run) {
        calendar.find(run.schedule()).ifPresent(schedule -> starter.start(schedule, run, shards.of(run.schedule())));
    }

    @Override
    public void close() {
        rounds.close();
    }
}
