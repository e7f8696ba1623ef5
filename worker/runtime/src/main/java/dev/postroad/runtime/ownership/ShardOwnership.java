package dev.postroad.runtime.ownership;

import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.intake.ShardOwner;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.journal.StoredRun.Unreadable;
import dev.postroad.runtime.ownership.ShardClaims.Claim;
import dev.postroad.runtime.run.KeptInstructions;
import dev.postroad.runtime.run.Lanes;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns Kafka's assignments into ownership. Kafka decides who owns what; Postgres fences it.
 *
 * <pre>
 *   assigned ──► claiming: raise the epoch, then read the unfinished runs ──► owned ──► revoked
 *                    └───────────────── revoked meanwhile ────────────────────────────────┘
 * </pre>
 *
 * <p>The order is what matters: the epoch is raised first and the runs are read after, so that every batch of the former
 * owner is either read here or writes nothing. Claims run on virtual threads, and each carries a ticket: a claim that
 * was revoked meanwhile, or assigned anew, gives nothing to the lanes. Thread-safe.
 */
public final class ShardOwnership implements ShardOwner {
    private static final Logger LOG = LoggerFactory.getLogger(ShardOwnership.class);
    private static final long HANDOVER_SECONDS = 5;
    private static final long PAUSE_MILLIS = 500;

    private final Repeats repeats;
    private final ShardClaims claims;
    private final Duration patience;
    private final JournalReader journal;
    private final PendingCommands pending;
    private final KeptInstructions kept;
    private final StoredRun.Graphs graphs;
    private final Lanes lanes;
    private final InstantSource clock;
    private final Map<Integer, Long> tickets = new HashMap<>();
    private final Set<Integer> lost = new TreeSet<>();
    private long lastTicket;
    private volatile Map<Integer, Long> epochs = Map.of();

    /** What ownership calls on. */
    public record Collaborators(
            JournalReader journal,
            PendingCommands pending,
            KeptInstructions kept,
            StoredRun.Graphs graphs,
            Lanes lanes,
            InstantSource clock) {}

    /**
     * @param workerId noted with each shard, for people
     * @param patience how long Kafka takes at most to notice that a worker was away
     */
    public ShardOwnership(Jdbi jdbi, String workerId, Duration patience, Collaborators collaborators) {
        this.patience = patience;
        this.claims = new ShardClaims(jdbi, workerId);
        this.journal = collaborators.journal();
        this.pending = collaborators.pending();
        this.kept = collaborators.kept();
        this.graphs = collaborators.graphs();
        this.lanes = collaborators.lanes();
        this.clock = collaborators.clock();
        this.repeats = new Repeats(LOG, clock);
    }

    @Override
    public Map<Integer, Long> epochs() {
        return epochs;
    }

    /** Whether everything that Kafka gave to this worker is taken up. */
    public synchronized boolean isSettled() {
        return owned().containsAll(tickets.keySet());
    }

    /** What Kafka gave to this worker and is not taken up yet, in order. */
    public synchronized Set<Integer> unsettled() {
        Set<Integer> unsettled = new TreeSet<>(tickets.keySet());
        unsettled.removeAll(owned());
        return unsettled;
    }

    /** Those of them that another worker took, though Kafka gave them to this one, in order. */
    public synchronized Set<Integer> lost() {
        return new TreeSet<>(lost);
    }

    @Override
    public synchronized void assigned(Set<Integer> shards) {
        for (Integer shard : shards) {
            long ticket = ++lastTicket;
            tickets.put(shard, ticket);
            Thread.ofVirtual().name("postroad-claim-" + shard).start(() -> claim(shard, ticket));
        }
    }

    @Override
    public void revoked(Set<Integer> shards) {
        List<CompletableFuture<Void>> handovers = new ArrayList<>();
        synchronized (this) {
            Map<Integer, Long> left = new HashMap<>(epochs);
            left.keySet().removeAll(shards);
            epochs = Map.copyOf(left);
            for (Integer shard : shards) {
                tickets.remove(shard);
                lost.remove(shard);
                handovers.add(lanes.disown(shard));
            }
        }
        await(CompletableFuture.allOf(handovers.toArray(CompletableFuture[]::new)));
    }

    /**
     * A shard turned out to have a new owner. Kafka usually says so, too, within moments; where it does not, the epoch
     * was raised by a worker that came too late to keep the shard, and nobody would step its runs. So it is claimed
     * again, if it is still this worker's after the time in which Kafka would have noticed that this worker was away.
     */
    public synchronized void fenced(int shard) {
        if (!tickets.containsKey(shard)) {
            return;
        }
        Map<Integer, Long> left = new HashMap<>(epochs);
        left.remove(shard);
        epochs = Map.copyOf(left);
        lost.add(shard);
        long ticket = ++lastTicket;
        tickets.put(shard, ticket);
        Thread.ofVirtual().name("postroad-reclaim-" + shard).start(() -> {
            pause(patience.toMillis());
            claim(shard, ticket);
        });
    }

    private static void await(CompletableFuture<Void> handover) {
        try {
            handover.get(HANDOVER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException late) {
            LOG.warn("shards are given up with work under way; the next owner takes it up");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void claim(int shard, long ticket) {
        while (isWanted(shard, ticket)) {
            try {
                Claim claim = claims.claim(shard, clock.instant().truncatedTo(ChronoUnit.MICROS));
                List<Readable> unfinished = readable(journal.unfinished(shard, graphs));
                List<PendingCommand> commands = pending.ofShard(shard);
                take(claim, ticket, unfinished, commands);
                return;
            } catch (SQLException | JdbiException away) {
                repeats.warn("shards cannot be claimed yet", away);
                pause(PAUSE_MILLIS);
            } catch (RuntimeException defect) {
                repeats.error("shard " + shard + " cannot be taken up yet", defect);
                pause(PAUSE_MILLIS);
            }
        }
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

    private synchronized boolean isWanted(int shard, long ticket) {
        return Objects.equals(tickets.get(shard), ticket);
    }

    private synchronized void take(Claim claim, long ticket, List<Readable> unfinished, List<PendingCommand> commands) {
        if (!isWanted(claim.shard(), ticket)) {
            return;
        }
        LOG.info(
                "shard {} is owned in epoch {}, with {} unfinished runs",
                claim.shard(),
                claim.epoch(),
                unfinished.size());
        lanes.own(claim.shard(), claim.epoch(), claim.publishedAt(), unfinished);
        commands.forEach(command -> kept.of(command, claim.shard()).ifPresent(lanes::instruct));
        Map<Integer, Long> more = new HashMap<>(epochs);
        more.put(claim.shard(), claim.epoch());
        epochs = Map.copyOf(more);
        lost.remove(claim.shard());
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
