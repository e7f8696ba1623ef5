package dev.postroad.runtime.ownership;

import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.handover.AwaitedCalls;
import dev.postroad.runtime.handover.LeftCalls;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.journal.StoredRun.Unreadable;
import dev.postroad.runtime.ownership.ShardClaims.Claim;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.commands.KeptInstructions;
import dev.postroad.runtime.run.lane.Lanes;
import dev.postroad.runtime.run.queue.RunQueue;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes shards up and gives them back, each on a virtual thread of its own, and one thing at a time for each of them.
 * Thread-safe.
 */
public final class ShardMoves {
    private static final Logger LOG = LoggerFactory.getLogger(ShardMoves.class);
    private static final long LONGEST_GIVING_SECONDS = 5;
    private static final long PAUSE_MILLIS = 100;
    private static final int MOST_TRIES_TO_GIVE_BACK = 20;

    private final Collaborators collaborators;
    private final Duration drain;
    private final Holdings holdings;
    private final ShardClaims claims;

    /** That of the worker, which is told of what its threads end with. */
    private final Thread.UncaughtExceptionHandler owner = Thread.currentThread().getThreadGroup();

    private final Set<Thread> underWay = ConcurrentHashMap.newKeySet();
    private final Repeats repeats;
    private final LongAdder takenOver = new LongAdder();

    /** What is called on. */
    public record Collaborators(
            JournalReader journal,
            PendingCommands pending,
            KeptInstructions kept,
            StoredRun.Graphs graphs,
            Lanes lanes,
            RunQueue queue,
            QueuedRuns queued,
            LeftCalls left,
            AwaitedCalls awaited,
            InstantSource clock) {}

    /**
     * @param worker the id of this one
     * @param name noted with each shard, for people
     * @param drain how long calls under way have when this worker leaves
     */
    public ShardMoves(
            Jdbi jdbi, long worker, String name, Duration drain, Holdings holdings, Collaborators collaborators) {
        this.drain = drain;
        this.claims = new ShardClaims(jdbi, worker, name);
        this.holdings = holdings;
        this.collaborators = collaborators;
        this.repeats = new Repeats(LOG, collaborators.clock());
    }

    /** How many shards were claimed that were of dead workers. */
    long takenOver() {
        return takenOver.sum();
    }

    /** Has a shard that was lost dropped by its lane. */
    void drop(int shard, long epoch) {
        LOG.warn("shard {} was taken by another worker; its runs and calls are given up here", shard);
        collaborators.awaited().forget(shard);
        var _ = collaborators.lanes().disown(shard, epoch);
    }

    /** Takes a shard up, unless something is done with it already. */
    void take(ShardView seen) {
        take(List.of(seen));
    }

    /** Takes shards up, each by itself; all of them are on their way before the first is here. */
    void take(List<ShardView> seen) {
        List<ShardView> mine = seen.stream()
                .filter(view -> holdings.beginsTaking(view.shard()))
                .toList();
        mine.forEach(view -> start("postroad-claim-", view.shard(), () -> claim(view)));
    }

    /** Lets a shard go, with all that was decided of its runs committed, and gives it back. */
    void give(int shard, long epoch) {
        move("postroad-give-", shard, () -> letGo(shard, epoch));
    }

    /** Gives a shard back that nothing is stepped of here. */
    void giveBack(int shard, long epoch) {
        move("postroad-give-", shard, () -> giveBackUntilDone(shard, epoch));
    }

    /**
     * Gives all shards back; returns when they are, or after a limit. Those that are on their way already, because
     * somebody looked a moment ago, are waited for like the rest: their calls under way are not known before.
     */
    void giveAll() {
        Instant end = collaborators.clock().instant().plusSeconds(LONGEST_GIVING_SECONDS);
        try {
            do {
                holdings.epochs().forEach(this::give);
                for (Thread move : List.copyOf(underWay)) {
                    Duration left = Duration.between(collaborators.clock().instant(), end);
                    if (left.isNegative() || !move.join(left)) {
                        LOG.warn("shards cannot be given back in time; others take them when this worker is gone");
                        return;
                    }
                }
            } while (!holdings.epochs().isEmpty());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void move(String name, int shard, Runnable move) {
        if (holdings.beginsMove(shard)) {
            start(name, shard, move);
        }
    }

    private void start(String name, int shard, Runnable move) {
        Thread moving = Thread.ofVirtual()
                .name(name + shard)
                .uncaughtExceptionHandler(owner)
                .unstarted(() -> {
                    try {
                        move.run();
                    } finally {
                        holdings.endMove(shard);
                        underWay.remove(Thread.currentThread());
                    }
                });
        underWay.add(moving);
        moving.start();
    }

    private void claim(ShardView seen) {
        try {
            Optional<Claim> claim = claims.claim(seen);
            if (claim.isPresent() && seen.isOfTheDead()) {
                takenOver.increment();
            }
            claim.ifPresent(this::takeUp);
        } catch (JdbiException away) {
            repeats.warn("shards cannot be claimed yet", away);
        } catch (RuntimeException defect) {
            repeats.error("shard " + seen.shard() + " cannot be claimed yet", defect);
        }
    }

    private void takeUp(Claim claim) {
        while (holdings.isWelcome(claim.shard())) {
            try {
                collaborators.awaited().expect(claim.shard());
                List<Readable> unfinished =
                        readable(collaborators.journal().unfinished(claim.shard(), collaborators.graphs()));
                List<PendingCommand> commands = collaborators.pending().ofShard(claim.shard());
                collaborators.queue().policy().shardComes(collaborators.queued(), claim.shard());
                if (holdings.hold(claim.shard(), claim.epoch())) {
                    own(claim, unfinished, commands);
                    return;
                }
            } catch (SQLException | JdbiException away) {
                repeats.warn("shards cannot be taken up yet", away);
                pause();
            } catch (RuntimeException defect) {
                repeats.error("shard " + claim.shard() + " cannot be taken up yet", defect);
                pause();
            }
        }
        giveBackUntilDone(claim.shard(), claim.epoch());
    }

    /** The others are set aside: they keep nobody from taking up the shard. */
    private static List<Readable> readable(List<StoredRun> unfinished) {
        List<Readable> readable = new ArrayList<>();
        for (StoredRun stored : unfinished) {
            switch (stored) {
                case Readable run -> readable.add(run);
                case Unreadable _ -> {}
            }
        }
        return readable;
    }

    private void own(Claim claim, List<Readable> unfinished, List<PendingCommand> commands) {
        LOG.info(
                "shard {} is owned in epoch {}, with {} unfinished runs",
                claim.shard(),
                claim.epoch(),
                unfinished.size());
        Lanes lanes = collaborators.lanes();
        lanes.own(claim.shard(), claim.epoch(), claim.publishedAt(), unfinished);
        commands.forEach(
                command -> collaborators.kept().of(command, claim.shard()).ifPresent(lanes::instruct));
        if (!holdings.take(claim.shard(), claim.epoch())) {
            // Lost meanwhile; its lane may have been told so before it had it.
            var _ = lanes.disown(claim.shard(), claim.epoch());
        }
        // Not before: whoever reads the queue reads that of the shards that are taken up.
        collaborators.queue().unread();
    }

    private void letGo(int shard, long epoch) {
        if (!holdings.letGo(shard, epoch)) {
            return;
        }
        CompletableFuture<List<LeftCall>> leaving = leaving(shard, epoch);
        try {
            collaborators.left().enter(shard, leaving.get(LONGEST_GIVING_SECONDS, TimeUnit.SECONDS));
        } catch (JdbiException away) {
            repeats.warn("calls cannot be handed over, and are made anew by others", away);
        } catch (TimeoutException | ExecutionException late) {
            LOG.warn("shard {} is given back with work under way; the next owner takes it up", shard);
            // Of what its lane leaves later nobody is told.
            var _ = leaving.thenAccept(collaborators.left()::stop);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        giveBackUntilDone(shard, epoch);
    }

    /** Where calls have no time to end, none of them goes on. */
    private CompletableFuture<List<LeftCall>> leaving(int shard, long epoch) {
        Lanes lanes = collaborators.lanes();
        return holdings.isLeaving() && drain.isZero()
                ? lanes.disown(shard, epoch).thenApply(_ -> List.of())
                : lanes.giveUp(shard, epoch);
    }

    private void giveBackUntilDone(int shard, long epoch) {
        collaborators.awaited().forget(shard);
        // Of a worker that leaves, others take what it could not give back.
        for (int tries = 0; tries < MOST_TRIES_TO_GIVE_BACK && !(tries > 0 && holdings.isLeaving()); tries++) {
            try {
                claims.giveBack(shard, epoch);
                LOG.info("shard {} is given back", shard);
                return;
            } catch (JdbiException away) {
                repeats.warn("shards cannot be given back yet", away);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
