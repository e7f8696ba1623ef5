package dev.postroad.runtime.run.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.ActionKind;
import dev.postroad.contracts.message.Control;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.answers.JsonSchemas;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.run.commands.Instruction.Base;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import org.jspecify.annotations.Nullable;

/** Turns control messages into instructions. Thread-safe. */
public final class Commands {
    private final StoredRun.Graphs graphs;

    /** @param graphs what a fork may be pinned to */
    public Commands(StoredRun.Graphs graphs) {
        this.graphs = graphs;
    }

    /**
     * The instruction that a message stands for.
     *
     * @param commandId what makes it apply once
     * @param shard the shard whose control partition it was read from
     */
    public Instruction instruction(Control control, String commandId, int shard, InstructionOutcome outcome) {
        String runId = control.runId();
        Command command = command(control.action(), commandId);
        Base base = base(control.action(), commandId);
        return new Instruction(runId, shard, command, base, control.by(), outcome);
    }

    /** What the run is told; where a version has to be read back first, what it is told if it has none such. */
    private static Command command(Control.Action action, String commandId) {
        return switch (action) {
            case Control.Plain plain -> new Command.Steer(commandId, plain);
            case Control.Resume resume ->
                new Command.Resume(
                        commandId,
                        resume.answers(),
                        resume.version(),
                        JsonSchemas.INSTANCE,
                        resume.update(),
                        resume.next().stream()
                                .map(there -> new Target(there.node(), there.input()))
                                .toList());
            case Control.Rollback rollback -> noSuchVersion(commandId, rollback, rollback.version());
            case Control.Fork fork -> noSuchVersion(commandId, fork, fork.version());
            case Control.Migrate migrate ->
                new Command.Refuse(commandId, migrate.type(), "the run cannot be read back");
            case Control.UpdateState(ObjectNode update, String asNode, Integer version) ->
                version == null
                        ? new Command.UpdateState(commandId, update, asNode, null)
                        : noSuchVersion(commandId, action, version);
        };
    }

    private static Command noSuchVersion(String commandId, Control.Action action, @Nullable Integer version) {
        String reason =
                version == null ? "the run has no state yet" : "the run has no version " + version + " of its state";
        return new Command.Refuse(commandId, action.type(), reason);
    }

    private @Nullable Base base(Control.Action action, String commandId) {
        return switch (action) {
            case Control.Rollback(int version, boolean resume) ->
                new Base(version, run -> new Command.Rollback(commandId, run, resume));
            case Control.UpdateState(ObjectNode update, String asNode, Integer version) ->
                version == null
                        ? null
                        : new Base(version, run -> new Command.UpdateState(commandId, update, asNode, run));
            case Control.Fork fork -> new Base(fork.version(), run -> fork(fork, commandId, run));
            case Control.Migrate(int version) -> new Base(null, run -> migrate(version, commandId, run));
            case Control.Plain _, Control.Resume _ -> null;
        };
    }

    /** Of a single agent there is no version but one; the run says so. */
    private Command migrate(int version, String commandId, Run run) {
        Graph graph = run.graph();
        try {
            return new Command.Migrate(
                    commandId, graph.version() == Graph.OF_AGENT ? graph : graphs.graph(graph.name(), version));
        } catch (IllegalStateException unknown) {
            return new Command.Refuse(
                    commandId,
                    ActionKind.MIGRATE.publicName(),
                    "there is no version " + version + " of graph " + graph.name());
        }
    }

    private Command fork(Control.Fork fork, String commandId, Run base) {
        Graph graph = base.graph();
        Integer version = fork.graphVersion();
        if (version != null && graph.version() == Graph.OF_AGENT) {
            return new Command.Refuse(commandId, fork.type(), "the run is of a single agent, which has no versions");
        }
        try {
            Graph pinned = version == null ? graph : graphs.graph(graph.name(), version);
            return new Command.Fork(commandId, base, fork.newRunId(), fork.update(), fork.asNode(), pinned);
        } catch (IllegalStateException unknown) {
            return new Command.Refuse(
                    commandId, fork.type(), "there is no version " + version + " of graph " + graph.name());
        }
    }
}
