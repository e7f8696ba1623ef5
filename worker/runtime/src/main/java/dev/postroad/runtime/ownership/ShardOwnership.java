package dev.postroad.runtime.ownership;

import dev.postroad.runtime.intake.ShardOwner;
import dev.postroad.runtime.lease.LeaseKeeper;
import dev.postroad.runtime.ownership.Holdings.Snapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides which shards this worker takes up and gives back. Postgres knows who owns what, and fences it; Kafka says who
 * reads the triggers, and whom a shard is to go to in the end.
 *
 * <pre>
 *   not here ──(nobody holds it, and it falls to this worker)──► taking up: raise the epoch, then read the runs ──► owned
 *      ▲                                                                                                            │  │
 *      ├──(given back)── giving: commit, let go ◄───────(another worker wants it, as Kafka gave it the partition)───┘  │
 *      └──────────────────────────────(fenced: another worker raised the epoch)────────────────────────────────────────┘
 * </pre>
 *
 * <p>A shard whose owner died is taken up at once by whoever has the fewest, and stepped there while Kafka still takes
 * the dead one for alive; nobody reads its triggers meanwhile. When Kafka has given the partition to a worker, that one
 * says in its row that it wants the shard; the owner gives it back when it sees that, unless Kafka has given it the
 * partition too, and the other takes it up. Nothing ends with a revocation: an owner steps the runs of a shard until
 * somebody asks for it. One that does not give it back in time, though it lives, is fenced. A worker whose heartbeats Kafka
 * does not answer goes by nothing that Kafka gave it, for others may have it by now.
 *
 * <p>The order of a taking up is what matters: the epoch is raised first and the runs are read after, so that every batch
 * of the former owner is either read here or writes nothing. What a look at Postgres found is held against what was here
 * before it was sent, and not used where that changed meanwhile: there is another look soon. Thread-safe.
 */
public final class ShardOwnership implements ShardOwner, LeaseKeeper.Follower {
    /** So long the worker that a shard falls to has it to itself; then anybody takes it. */
    private static final Duration FIRST_REFUSAL = Duration.ofMillis(600);

    private final Holdings holdings;
    private final ShardRows rows;
    private final ShardMoves moves;
    private final KafkasWord word;
    private final long worker;
    private final Duration patience;
    private final Runnable lookSoon;
    private final InstantSource clock;
    private final Map<Integer, Instant> unheldSince = new HashMap<>();
    private final Map<Integer, Instant> awaitedSince = new HashMap<>();
    private Set<Integer> toldWants = Set.of();
    private volatile ToLongFunction<Set<Integer>> lag = owned -> 0;
    private volatile Supplier<@Nullable Instant> kafka = () -> null;
    private volatile Runnable drained = () -> {};

    /**
     * @param worker the id of this one
     * @param patience how long an owner that lives has to give a shard back
     * @param lookSoon has Postgres looked at soon; must not block
     */
    public ShardOwnership(
            long worker,
            Duration patience,
            ShardMoves moves,
            Holdings holdings,
            Runnable lookSoon,
            InstantSource clock) {
        this.worker = worker;
        this.patience = patience;
        this.moves = moves;
        this.holdings = holdings;
        this.lookSoon = lookSoon;
        this.clock = clock;
        this.rows = new ShardRows(worker);
        this.word = new KafkasWord(patience);
    }

    @Override
    public Map<Integer, Long> epochs() {
        return holdings.epochs();
    }

    /** What Kafka gave to this worker and is not taken up yet, in order. */
    public Set<Integer> unsettled() {
        return holdings.unsettled();
    }

    /** Those of them that another worker took, though Kafka gave them to this one, in order. */
    public Set<Integer> lost() {
        return holdings.lost();
    }

    /** What is to be here soon, in order: what Kafka gave to this worker, and what it takes because nobody has it. */
    public Set<Integer> toCome() {
        return holdings.toCome();
    }

    /** How many shards were taken up from dead workers. */
    public long takenOver() {
        return moves.takenOver();
    }

    @Override
    public void assigned(Set<Integer> shards) {
        holdings.assigned(shards);
        word.given();
        lookSoon.run();
    }

    @Override
    public void revoked(Set<Integer> shards) {
        holdings.revoked(shards);
        lookSoon.run();
    }

    @Override
    public void heartbeats(LongSupplier answered) {
        word.follow(answered);
    }

    /** Has this worker say how many triggers wait, of those shards that it is asked for. */
    public void lag(ToLongFunction<Set<Integer>> counted) {
        lag = counted;
    }

    /** Has this worker say since when Kafka does not answer it; null while it does. */
    public void kafka(Supplier<@Nullable Instant> silentSince) {
        kafka = silentSince;
    }

    /** Has somebody told that this worker is to hand over and end; again and again until it does. Must not block. */
    public void whenDrained(Runnable told) {
        drained = told;
    }

    @Override
    public void drain() {
        drained.run();
    }

    /** A shard turned out to have a new owner, at a commit. */
    public void fenced(int shard, long epoch) {
        if (holdings.lose(shard, epoch, clock.instant())) {
            lookSoon.run();
        }
    }

    @Override
    public LeaseKeeper.Holdings holdings() {
        holdings.kafkaIsSilent(!word.counts(clock.instant()));
        Set<Integer> owned = holdings.epochs().keySet();
        return new LeaseKeeper.Holdings(owned, holdings.wants(), lag.applyAsLong(owned), kafka.get());
    }

    @Override
    public void takenForDead() {
        holdings.claimsAreVoid();
    }

    @Override
    public void look(Connection connection) throws SQLException {
        Snapshot before = holdings.snapshot();
        Set<Integer> wants = holdings.wants();
        tellOfNewWants(connection, wants);
        List<ShardView> found = rows.look(connection, wants);
        if (enterNew(connection, found, wants)) {
            found = rows.look(connection, wants);
        }
        dropLost(found, before);
        List<ShardView> unheld = new ArrayList<>();
        for (ShardView view : found) {
            switch (view.held()) {
                case HERE -> mine(view, before);
                case NOWHERE -> unheld.add(view);
                case ELSEWHERE -> awaited(view);
                case UNKNOWN -> unknown(view);
            }
        }
        awaitedSince.keySet().retainAll(wants);
        takeUnheld(connection, unheld);
    }

    private void tellOfNewWants(Connection connection, Set<Integer> wants) throws SQLException {
        if (!toldWants.containsAll(wants)) {
            rows.tell(connection);
        }
        toldWants = Set.copyOf(wants);
    }

    private boolean enterNew(Connection connection, List<ShardView> found, Set<Integer> wants) throws SQLException {
        Set<Integer> unknown = new TreeSet<>(wants);
        found.forEach(view -> unknown.remove(view.shard()));
        if (!unknown.isEmpty()) {
            rows.enter(connection, unknown, clock.instant().truncatedTo(ChronoUnit.MICROS));
        }
        return !unknown.isEmpty();
    }

    private void dropLost(List<ShardView> found, Snapshot before) {
        Map<Integer, Long> held = new HashMap<>();
        found.stream()
                .filter(view -> view.held() == ShardView.Held.HERE)
                .forEach(view -> held.put(view.shard(), view.epoch()));
        before.held().forEach((shard, epoch) -> {
            if (!Objects.equals(held.get(shard), epoch) && holdings.lose(shard, epoch, clock.instant())) {
                moves.drop(shard, epoch);
            }
        });
    }

    private void mine(ShardView view, Snapshot before) {
        boolean isWanted = view.wantedBy() != null && view.wantedBy() != worker && !holdings.isAssigned(view.shard());
        if (Objects.equals(before.held().get(view.shard()), view.epoch())) {
            if (isWanted || holdings.isLeaving()) {
                moves.give(view.shard(), view.epoch());
            }
        } else if (holdings.isSince(before)) {
            // It was claimed, and not taken up; or let go, and not given back.
            if (isWanted || holdings.isLeaving()) {
                moves.giveBack(view.shard(), view.epoch());
            } else {
                moves.take(view);
            }
        }
    }

    private void awaited(ShardView view) {
        Instant since = awaitedSince.computeIfAbsent(view.shard(), shard -> clock.instant());
        if (holdings.isAssigned(view.shard()) && isOver(since, patience)) {
            awaitedSince.remove(view.shard());
            moves.take(view);
        }
    }

    /** Kafka's word counts, unless the worker that took it may be about to hear from Kafka. */
    private void unknown(ShardView view) {
        Instant lostAt = holdings.lostAt(view.shard());
        if (holdings.isAssigned(view.shard()) && (lostAt == null || isOver(lostAt, patience))) {
            moves.take(view);
        }
    }

    private void takeUnheld(Connection connection, List<ShardView> unheld) throws SQLException {
        Set<Integer> shards = new HashSet<>();
        unheld.forEach(view -> shards.add(view.shard()));
        unheldSince.keySet().retainAll(shards);
        if (unheld.isEmpty() || holdings.isLeaving()) {
            return;
        }
        List<ShardView> falling = Shares.of(worker, unheld, rows.loads(connection));
        List<ShardView> taken = new ArrayList<>();
        for (ShardView view : unheld) {
            Instant since = unheldSince.computeIfAbsent(view.shard(), shard -> clock.instant());
            if (falling.contains(view) || isOver(since, FIRST_REFUSAL)) {
                taken.add(view);
            }
        }
        moves.take(taken);
    }

    private boolean isOver(Instant since, Duration time) {
        return !clock.instant().isBefore(since.plus(time));
    }

    /** Gives all shards to others, and takes none any more; returns when they are given, or after a limit. */
    public void leave() {
        holdings.leave();
        moves.giveAll();
    }
}
