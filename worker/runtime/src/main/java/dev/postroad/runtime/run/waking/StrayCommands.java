package dev.postroad.runtime.run.waking;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.run.commands.KeptInstructions;
import dev.postroad.runtime.run.lane.Lanes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Brings commands and runs together that just missed each other. A run that is admitted looks for the commands that were
 * kept for it, and who keeps a command looks for its run after; but where the command is kept while the run is on its
 * way into Postgres, each looks too early to see the other. This looks again, once a second, apart from the hot path. A
 * command that is found again, because its lane has not come to it yet, is applied once all the same. Owns one thread.
 */
public final class StrayCommands implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 1_000;

    /** Longer than any statement may take, so that one that looked too early has ended since. */
    private static final Duration LONGEST_MISS = Duration.ofMinutes(2);

    private final PendingCommands pending;
    private final KeptInstructions kept;
    private final Lanes lanes;
    private final Supplier<Set<Integer>> owned;
    private final InstantSource clock;
    private final Rounds rounds;
    private Instant lookedAt;

    /** @param owned the shards whose runs are stepped here */
    public StrayCommands(
            PendingCommands pending,
            KeptInstructions kept,
            Lanes lanes,
            Supplier<Set<Integer>> owned,
            InstantSource clock) {
        this.pending = pending;
        this.kept = kept;
        this.lanes = lanes;
        this.owned = owned;
        this.clock = clock;
        this.lookedAt = clock.instant();
        this.rounds = new Rounds(
                "postroad-stray-commands", "commands whose runs have come", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() {
        Set<Integer> shards = owned.get();
        Instant now = clock.instant();
        if (!shards.isEmpty()) {
            Duration lately = Duration.between(lookedAt, now).plus(LONGEST_MISS);
            pending.met(shards, lately).forEach((shard, commands) -> commands.forEach(command -> meet(command, shard)));
        }
        lookedAt = now;
    }

    private void meet(PendingCommand command, int shard) {
        kept.of(command, shard).ifPresent(lanes::instruct);
    }

    @Override
    public void close() {
        rounds.close();
    }
}
