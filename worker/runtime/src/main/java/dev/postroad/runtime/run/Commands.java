package dev.postroad.runtime.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Command;
import dev.postroad.runtime.run.Instruction.Base;
import dev.postroad.runtime.run.Instruction.InstructionOutcome;

/** Turns control messages into instructions. */
public final class Commands {
    private Commands() {}

    /**
     * The instruction that a message stands for.
     *
     * @param commandId what makes it apply once
     * @param shard the shard whose control partition it was read from
     */
    public static Instruction instruction(Control control, String commandId, int shard, InstructionOutcome outcome) {
        String runId = control.runId();
        return switch (control.action()) {
            case Control.Rollback(int version, boolean resume) ->
                new Instruction(
                        runId,
                        shard,
                        noSuchVersion(control, commandId, version),
                        new Base(version, run -> new Command.Rollback(commandId, run, resume)),
                        outcome);
            case Control.UpdateState(ObjectNode update, String asNode, Integer version)
            when version != null ->
                new Instruction(
                        runId,
                        shard,
                        noSuchVersion(control, commandId, version),
                        new Base(version, run -> new Command.UpdateState(commandId, update, asNode, run)),
                        outcome);
            default -> new Instruction(runId, shard, plain(control.action(), commandId), outcome);
        };
    }

    private static Command noSuchVersion(Control control, String commandId, int version) {
        return new Command.Refuse(
                commandId, control.action().type(), "the run has no version " + version + " of its state");
    }

    private static Command plain(Control.Action action, String commandId) {
        return switch (action) {
            case Control.Cancel(String reason) -> new Command.Cancel(commandId, reason);
            case Control.Retry() -> new Command.Retry(commandId);
            case Control.Resume resume ->
                new Command.Resume(
                        commandId,
                        resume.answers(),
                        resume.update(),
                        resume.next().stream()
                                .map(there -> new Target(there.node(), there.input()))
                                .toList());
            case Control.Continue more -> new Command.Continue(commandId, more.input(), more.whenBusy());
            case Control.UpdateState update ->
                new Command.UpdateState(commandId, update.update(), update.asNode(), null);
            case Control.Unpause() -> new Command.Unpause(commandId);
            case Control.Rollback rollback -> new Command.Refuse(commandId, rollback.type(), "it names no version");
            case Control.Unsupported(String type) ->
                new Command.Refuse(commandId, type, "this version of the worker cannot " + type + " a run");
        };
    }
}
