package dev.postroad.runtime.run.commands;

import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Run;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A command for a run, in memory or not.
 *
 * @param shard the shard whose control partition it was read from, or that the run is of
 * @param command what the run is told; where there is a {@code base}, what it is told if it has no such version
 * @param base what has to be read back first; null for nothing
 * @param by who asked for it; null where nobody said so
 * @param outcome told what became of it
 */
public record Instruction(
        String runId,
        int shard,
        Command command,
        @Nullable Base base,
        @Nullable String by,
        InstructionOutcome outcome) {

    /**
     * An earlier version of the run that the command starts from.
     *
     * @param version null for the newest
     * @param command makes the command, given the run as it was; may wait for Postgres
     */
    public record Base(@Nullable Integer version, Function<Run, Command> command) {}

    /** A command that needs nothing but the run, and that no person gave. */
    public Instruction(String runId, int shard, Command command, InstructionOutcome outcome) {
        this(runId, shard, command, null, null, outcome);
    }

    /** The same instruction, now that its command is known. */
    public Instruction resolved(Command known) {
        return new Instruction(runId, shard, known, null, by, outcome);
    }

    /** Told what became of a command. Must not block. */
    public interface InstructionOutcome {
        /** For a command that nobody waits for. */
        InstructionOutcome NONE = new InstructionOutcome() {
            @Override
            public void applied() {}

            @Override
            public void unknownRun() {}

            @Override
            public void elsewhere(int itsShard) {}

            @Override
            public void rejected(String code, String reason) {}

            @Override
            public void unreadable(String why) {}
        };

        /**
         * Asked before anything is done. True where an earlier command for the run is still on its way to it: then this one
         * has queued itself up behind, and comes again.
         */
        default boolean waitsForEarlier() {
            return false;
        }

        /** The run's answer is committed. */
        void applied();

        /** There is no such run yet: the command is to be kept for it. */
        void unknownRun();

        /** The run belongs to another shard: the command is to go there. */
        void elsewhere(int itsShard);

        /**
         * The run's shard, though asked for here, is not this worker's any more. There is nobody to send the command to: what
         * came from Kafka stays open, and is read again by whoever has the shard next.
         */
        default void shardIsGone() {}

        /**
         * The run refused it, and its journal does not say so, as it has said it often enough: the answer is to go out beside
         * it.
         *
         * @param code for programs
         * @param reason for people
         */
        void rejected(String code, String reason);

        /**
         * The run cannot be read by this release, so nothing can be decided.
         *
         * @param why a sentence without its full stop, for people
         */
        void unreadable(String why);
    }
}
