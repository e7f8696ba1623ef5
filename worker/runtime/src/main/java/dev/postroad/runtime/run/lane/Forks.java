package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Admission.ForkedFrom;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.run.commands.Instruction;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes runs from versions of others. The new run is admitted first, and the old one is told after, so that a crash
 * between the two is made good when the command is read again: the new run knows which command made it.
 *
 * <pre>
 *   fork ──► admit the new run ──► admitted, or made by this very command ──► the old run: run.forked
 *                                └► there is another run of that id ────────► the old run: command.rejected
 * </pre>
 *
 * <p>Confined to the lane's thread.
 */
final class Forks {
    private final RunLoader loader;
    private final Consumer<Message> inbox;

    /** @param inbox takes messages from any thread */
    Forks(RunLoader loader, Consumer<Message> inbox) {
        this.loader = loader;
        this.inbox = inbox;
    }

    void begin(LiveRun source, Effect.Spawn spawn, Instruction instruction) {
        ForkedFrom origin = Objects.requireNonNull(spawn.admission().forkedFrom());
        inbox.accept(new Message.Admit(new Admittee(
                spawn.newRunId(),
                source.key().shard(),
                spawn.graph(),
                spawn.admission(),
                0,
                source.key().traceParent(),
                new Admittee.AdmissionOutcome() {
                    @Override
                    public void admitted() {
                        made(spawn, origin, instruction);
                    }

                    @Override
                    public void duplicate() {
                        loader.load(spawn.newRunId(), found -> compare(found, spawn, origin, instruction));
                    }

                    @Override
                    public void refused(String reason) {
                        tell(instruction, new Command.Refuse(origin.commandId(), "fork", reason));
                    }
                })));
    }

    private void compare(Optional<StoredRun> found, Effect.Spawn spawn, ForkedFrom origin, Instruction instruction) {
        boolean same = found.filter(run -> run instanceof Readable(var _, Run made, var _)
                        && origin.equals(made.admission().forkedFrom()))
                .isPresent();
        if (same) {
            made(spawn, origin, instruction);
        } else {
            String reason = found.isEmpty()
                    ? "there was a run " + spawn.newRunId() + " already, and it has been pruned"
                    : "there is a run " + spawn.newRunId() + " already, and it is left as it is";
            tell(instruction, new Command.Refuse(origin.commandId(), "fork", reason));
        }
    }

    private void made(Effect.Spawn spawn, ForkedFrom origin, Instruction instruction) {
        tell(instruction, new Command.Forked(origin.commandId(), spawn.newRunId(), origin.version()));
    }

    private void tell(Instruction instruction, Command command) {
        inbox.accept(new Message.Instruct(instruction.resolved(command)));
    }
}
