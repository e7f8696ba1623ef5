package dev.postroad.runtime.run.commands;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.PendingCommands;
import java.time.Duration;
import java.time.InstantSource;

/** Forgets the commands whose runs did not come in time, in portions that nobody feels. Owns one thread. */
public final class LateCommands implements AutoCloseable {
    private static final long LONGEST_PAUSE_MILLIS = 60_000;
    private static final int MOST_AT_ONCE = 5_000;

    private final PendingCommands pending;
    private final Duration patience;
    private final Rounds rounds;

    /** @param patience how long a command is kept for its run */
    public LateCommands(PendingCommands pending, Duration patience, InstantSource clock) {
        this.pending = pending;
        this.patience = patience;
        long every = Math.clamp(patience.toMillis() / 10, 100, LONGEST_PAUSE_MILLIS);
        this.rounds = new Rounds("postroad-late-commands", "commands that are too old", every, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() {
        if (pending.expire(patience, MOST_AT_ONCE) == MOST_AT_ONCE) {
            rounds.call();
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
