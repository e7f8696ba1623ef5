package dev.postroad.runtime.run.commands;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.RunTroubles;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes instructions of commands that were kept for their run. Thread-safe. */
public final class KeptInstructions {
    private static final Logger LOG = LoggerFactory.getLogger(KeptInstructions.class);

    private final Commands commands;
    private final RunTroubles troubles;
    private final BiConsumer<String, String> forget;
    private final Rejections rejections;

    /** Answers commands outside the journals of their runs. Must not block. */
    public interface Rejections {
        /**
         * Says why a command was refused.
         *
         * @param answered runs when Kafka has the answer
         */
        void reject(Control control, String commandId, String code, String reason, Runnable answered);
    }

    /**
     * @param forget told of a command that was applied, by run and command id; must not block
     * @param troubles told of commands that cannot be read
     */
    public KeptInstructions(
            Commands commands, BiConsumer<String, String> forget, Rejections rejections, RunTroubles troubles) {
        this.rejections = rejections;
        this.commands = commands;
        this.troubles = troubles;
        this.forget = forget;
    }

    /** The instruction of a kept command, which is forgotten once it is applied; empty where it cannot be read. */
    public Optional<Instruction> of(PendingCommand kept, int shard) {
        try {
            Control control = Control.read(Json.read(kept.command()), kept.runId());
            return Optional.of(commands.instruction(control, kept.commandId(), shard, new Forgetting(kept, control)));
        } catch (FaultsException | RuntimeException corrupt) {
            LOG.error("a kept command of run {} cannot be read", kept.runId(), corrupt);
            troubles.tell(
                    kept.runId(),
                    "command " + kept.commandId() + ", which was kept for this run, cannot be read: "
                            + corrupt.getMessage());
            return Optional.empty();
        }
    }

    private final class Forgetting implements Instruction.InstructionOutcome {
        private final PendingCommand kept;
        private final Control control;

        Forgetting(PendingCommand kept, Control control) {
            this.kept = kept;
            this.control = control;
        }

        @Override
        public void applied() {
            forget.accept(kept.runId(), kept.commandId());
        }

        @Override
        public void unknownRun() {
            LOG.debug("run {} is gone; its command stays kept", kept.runId());
        }

        @Override
        public void rejected(String code, String reason) {
            rejections.reject(control, kept.commandId(), code, reason, this::applied);
        }

        @Override
        public void unreadable(String why) {
            LOG.debug("run {} cannot be read; its command stays kept: {}", kept.runId(), why);
        }

        @Override
        public void elsewhere(int itsShard) {
            LOG.debug("run {} is of shard {}, whose owner applies its command", kept.runId(), itsShard);
        }
    }
}
