package dev.postroad.runtime.intake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.runtime.background.Gathering;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.journal.PendingCommands.Kept;
import dev.postroad.runtime.journal.PrunedRun;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.reading.Givers;
import dev.postroad.runtime.reading.Incoming;
import dev.postroad.runtime.reading.RecordHandler;
import dev.postroad.runtime.run.commands.Commands;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import dev.postroad.runtime.run.lane.Lanes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Turns control messages into instructions of runs, and keeps those whose run is not there yet. Thread-safe. */
final class ControlHandler implements RecordHandler {
    private static final int KEPT_AT_ONCE = 2;

    private final int maxValueBytes;
    private final Commands commands;
    private final Lanes lanes;
    private final Outlets outlets;
    private final PendingCommands pending;
    private final Gathering<PendingCommand, Kept> early;
    private final ControlIntake.Schedules schedules;

    ControlHandler(int maxValueBytes, ControlIntake.Collaborators collaborators) {
        this.maxValueBytes = maxValueBytes;
        this.commands = collaborators.commands();
        this.lanes = collaborators.lanes();
        this.outlets = collaborators.outlets();
        this.pending = collaborators.pending();
        this.early = new Gathering<>(KEPT_AT_ONCE, kept -> kept.command().length(), pending::keep);
        this.schedules = collaborators.schedules();
    }

    @Override
    public Reception take(Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        String unfit = TriggerJudge.unfit(record.value(), maxValueBytes);
        if (unfit != null) {
            incoming.refuse(unfit);
            return Reception.TAKEN;
        }
        try {
            String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
            JsonNode json = Json.read(record.value());
            if (ScheduleCommand.isNamed(json)) {
                steer(ScheduleCommand.read(json).orBy(Givers.of(record)), incoming);
                return Reception.TAKEN;
            }
            Control control = Control.read(json, key).orBy(Givers.of(record));
            String commandId = CommandIds.of(control, record, incoming.topicId());
            lanes.instruct(instruction(control, commandId, new Outcome(control, commandId, incoming)));
        } catch (FaultsException faults) {
            incoming.refuse(String.valueOf(faults.getMessage()));
        }
        return Reception.TAKEN;
    }

    /** What can never be done becomes a dead letter with the reason; for what Postgres cannot do now there is another try. */
    private void steer(ScheduleCommand command, Incoming incoming) {
        incoming.settle("schedule/" + command.schedule(), () -> {
            try {
                List<String> _ = schedules.apply(
                        command, Instant.ofEpochMilli(incoming.record().timestamp()));
                incoming.done();
            } catch (IllegalArgumentException never) {
                incoming.refuse(String.valueOf(never.getMessage()));
            }
        });
    }

    private Instruction instruction(Control control, String commandId, Outcome outcome) {
        return commands.instruction(
                control, commandId, outcome.incoming.record().partition(), outcome);
    }

    private final class Outcome implements InstructionOutcome {
        private final Control control;
        private final String commandId;
        private final Incoming incoming;

        Outcome(Control control, String commandId, Incoming incoming) {
            this.control = control;
            this.commandId = commandId;
            this.incoming = incoming;
        }

        @Override
        public void applied() {
            incoming.done();
        }

        /** One that came before is still being kept, as the run was not there then: it must not be overtaken. */
        @Override
        public boolean waitsForEarlier() {
            if (!incoming.isBehindOthers(control.runId())) {
                return false;
            }
            int shard = incoming.record().partition();
            incoming.settle(
                    control.runId(),
                    () -> lanes.instruct(commands.instruction(control, commandId, shard, new InTurn(this))));
            return true;
        }

        @Override
        public void unknownRun() {
            incoming.settleTogether(control.runId(), this::keep);
        }

        @Override
        public void elsewhere(int itsShard) {
            forward(itsShard, incoming::done);
        }

        @Override
        public void rejected(String code, String reason) {
            outlets.rejected(control, commandId, code, reason, incoming::done);
        }

        @Override
        public void unreadable(String why) {
            rejected("unreadable", "the run cannot be read by this release and is set aside as it is: " + why);
        }

        private void forward(int shard, Runnable forwarded) {
            outlets.forward(incoming.record(), shard, commandId, forwarded, incoming::refuse);
        }

        private void keep() throws InterruptedException {
            // As it is understood: it may have been a header that said whose it is.
            String json = new String(Json.bytes(control.toJson()), StandardCharsets.UTF_8);
            switch (early.ask(new PendingCommand(control.runId(), commandId, json))) {
                case Kept.UntilItComes() -> incoming.done();
                case Kept.ForRun(int shard) -> giveTo(shard);
                case Kept.NotAsPruned(PrunedRun gone) -> rejected("pruned", gone.said());
                case Kept.NotAsFull() -> incoming.refuse(PendingCommands.FULL);
            }
        }

        private void giveTo(int shard) {
            if (shard == incoming.record().partition()) {
                lanes.instruct(commands.instruction(control, commandId, shard, new OfKept(this)));
            } else {
                forward(shard, this::forget);
            }
        }

        private void forget() {
            forgetAnd(incoming::done);
        }

        private void forgetAnd(Runnable answer) {
            incoming.settle(control.runId(), () -> {
                pending.forget(control.runId(), commandId);
                answer.run();
            });
        }
    }

    /** What becomes of a command that waited for those before it. */
    private record InTurn(Outcome whole) implements InstructionOutcome {
        @Override
        public void applied() {
            whole.applied();
        }

        @Override
        public void unknownRun() {
            whole.unknownRun();
        }

        @Override
        public void elsewhere(int itsShard) {
            whole.elsewhere(itsShard);
        }

        @Override
        public void rejected(String code, String reason) {
            whole.rejected(code, reason);
        }

        @Override
        public void unreadable(String why) {
            whole.unreadable(why);
        }
    }

    /** What becomes of a command that was kept although its run was there a moment later. */
    private record OfKept(Outcome kept) implements InstructionOutcome {
        @Override
        public void applied() {
            kept.forget();
        }

        /** It is kept, and whoever has the run finds it. */
        @Override
        public void unknownRun() {
            kept.incoming.done();
        }

        @Override
        public void elsewhere(int itsShard) {
            kept.forward(itsShard, kept::forget);
        }

        @Override
        public void rejected(String code, String reason) {
            kept.forgetAnd(() -> kept.rejected(code, reason));
        }

        @Override
        public void unreadable(String why) {
            kept.forgetAnd(() -> kept.unreadable(why));
        }
    }
}
