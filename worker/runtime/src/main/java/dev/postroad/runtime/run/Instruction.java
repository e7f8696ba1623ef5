package dev.postroad.runtime.run;

import dev.postroad.engine.run.Command;

/**
 * A user's command for a run.
 *
 * @param shard the shard whose control partition it was read from
 * @param outcome told what became of it
 */
public record Instruction(String runId, int shard, Command.FromUser command, InstructionOutcome outcome) {

    /** Told what became of a command. Must not block. */
    public interface InstructionOutcome {
        /** The run's answer is committed. */
        void applied();

        /** There is no such run yet: the command is to be kept for it. */
        void unknownRun();

        /** The run belongs to another shard: the command is to go there. */
        void elsewhere(int itsShard);
    }
}
