package dev.postroad.runtime.run.waking;

import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import java.util.concurrent.CountDownLatch;

/**
 * What becomes of a number of instructions, whatever it is. Thread-safe.
 *
 * @param left how many nothing became of yet
 */
record Decided(CountDownLatch left) implements InstructionOutcome {
    Decided(int instructions) {
        this(new CountDownLatch(instructions));
    }

    @Override
    public void applied() {
        left.countDown();
    }

    @Override
    public void unknownRun() {
        left.countDown();
    }

    @Override
    public void elsewhere(int itsShard) {
        left.countDown();
    }

    @Override
    public void shardIsGone() {
        left.countDown();
    }

    @Override
    public void rejected(String code, String reason) {
        left.countDown();
    }

    @Override
    public void unreadable(String why) {
        left.countDown();
    }
}
