package dev.postroad.runtime.schedule;

import dev.postroad.runtime.run.lane.Admittee;
import dev.postroad.runtime.run.lane.Admittee.AdmissionOutcome;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Hands runs that were decided upon to the lanes. Each is kept in Postgres until it is admitted, and handed over anew where
 * the shard went away and came back meanwhile; as its id is that of its time, it is one run all the same. Thread-safe.
 */
final class Starter {
    /** The most runs that are on their way to a lane. */
    static final int MOST_ON_THEIR_WAY = 5_000;

    /** One that is not heard of for so long is handed over anew. */
    private static final Duration LONGEST_WAY = Duration.ofMinutes(1);

    private final Admissions admissions;
    private final Lanes lanes;
    private final Supplier<Map<Integer, Long>> epochs;
    private final ScheduleRows rows;
    private final InstantSource clock;
    private final Map<String, Handed> onTheirWay = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<StartingRun> admitted = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Refused> refused = new ConcurrentLinkedQueue<>();

    /** To which shard, in which epoch of it, and when. */
    private record Handed(int shard, long epoch, Instant at) {}

    private record Refused(StartingRun run, String reason) {}

    /** @param epochs of the shards that are owned here */
    Starter(
            Admissions admissions,
            Lanes lanes,
            Supplier<Map<Integer, Long>> epochs,
            ScheduleRows rows,
            InstantSource clock) {
        this.admissions = admissions;
        this.lanes = lanes;
        this.epochs = epochs;
        this.rows = rows;
        this.clock = clock;
    }

    boolean hasRoom() {
        return onTheirWay.size() < MOST_ON_THEIR_WAY;
    }

    /** Hands a run to the lane of a shard, unless it is on its way there; false where the lane has no room for now. */
    boolean start(StoredSchedule schedule, StartingRun run, int shard) {
        if (onTheirWay.containsKey(run.runId())) {
            return true;
        }
        Long epoch = epochs.get().get(shard);
        if (epoch == null || !lanes.hasRoom(shard) || !hasRoom()) {
            return false;
        }
        Optional<Admittee> admittee = admissions.admittee(schedule, run, shard, new Outcome(run));
        if (admittee.isEmpty()) {
            String reason = admissions.refusal(schedule, run.dueAt());
            refused.add(new Refused(run, reason == null ? "it could not begin" : reason));
            return true;
        }
        onTheirWay.put(run.runId(), new Handed(shard, epoch, clock.instant()));
        lanes.admit(admittee.get());
        return true;
    }

    /** Notes what became of those that arrived. */
    void settle() {
        List<StartingRun> done = new ArrayList<>();
        for (StartingRun run = admitted.poll(); run != null; run = admitted.poll()) {
            done.add(run);
        }
        try {
            rows.admitted(done);
        } catch (RuntimeException notNoted) {
            admitted.addAll(done);
            throw notNoted;
        }
        done.forEach(run -> onTheirWay.remove(run.runId()));
        for (Refused next = refused.poll(); next != null; next = refused.poll()) {
            rows.giveUp(next.run(), next.reason());
            onTheirWay.remove(next.run().runId());
        }
    }

    /** Forgets what was handed to shards that are not owned any more: their lanes have dropped it; and what is overdue. */
    void forgetLost() {
        Map<Integer, Long> owned = epochs.get();
        Instant overdue = clock.instant().minus(LONGEST_WAY);
        onTheirWay
                .values()
                .removeIf(handed -> !Objects.equals(owned.get(handed.shard()), handed.epoch())
                        || handed.at().isBefore(overdue));
    }

    private final class Outcome implements AdmissionOutcome {
        private final StartingRun run;

        Outcome(StartingRun run) {
            this.run = run;
        }

        @Override
        public void admitted() {
            admitted.add(run);
        }

        /** Of that id there is one run, whoever admitted it. */
        @Override
        public void duplicate() {
            admitted.add(run);
        }

        @Override
        public void refused(String reason) {
            refused.add(new Refused(run, reason));
        }
    }
}
