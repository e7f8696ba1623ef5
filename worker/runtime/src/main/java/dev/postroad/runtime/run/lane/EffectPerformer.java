package dev.postroad.runtime.run.lane;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.ToolTask;
import dev.postroad.runtime.journal.PostponedRuns;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.calls.RemoteDesk;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.JdbiException;

/** Performs effects; what comes of them comes back as messages. Confined to the lane's thread. */
final class EffectPerformer {
    private final AgentCaller agents;
    private final RemoteDesk remote;
    private final PostponedRuns postponed;
    private final StoredRun.Graphs graphs;
    private final LaneShards shards;
    private final RandomGenerator random;
    private final Consumer<Message> inbox;

    /**
     * @param postponed told of runs that need not be woken yet
     * @param graphs those that agents may call
     * @param shards say in what epoch it is that something is ordered
     * @param inbox takes messages from any thread
     */
    EffectPerformer(
            AgentCaller agents,
            RemoteDesk remote,
            PostponedRuns postponed,
            StoredRun.Graphs graphs,
            LaneShards shards,
            RandomGenerator random,
            Consumer<Message> inbox) {
        this.agents = agents;
        this.remote = remote;
        this.postponed = postponed;
        this.graphs = graphs;
        this.shards = shards;
        this.random = random;
        this.inbox = inbox;
    }

    void perform(LiveRun live, List<Effect> effects, Timers timers) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.CallAgent call -> call(live, call);
                case Effect.StopCall(String task, int attempt) ->
                    agents.stop(live.key(), task, attempt, AgentCaller.Stop.CANCELLED);
                case Effect.Recall recall -> remote.recall(live.key(), recall);
                case Effect.Poll poll -> poll(live, poll);
                case Effect.Note note -> remote.note(live.key(), note);
                case Effect.Show show -> remote.show(live.key(), show);
                case Effect.Wake(Instant at, Command command) -> {
                    if (!live.isAway()) {
                        timers.add(command instanceof Command.Rest ? at.plus(remote.patience()) : at, live, command);
                    }
                }
                case Effect.Postpone(Instant until) -> {
                    live.postpone(until);
                    postponed.note(live.key(), live.run().seq(), until);
                }
                case Effect.Yield(Command command) -> inbox.accept(new Message.Tell(live, command));
                case Effect.Reject ignored -> {
                    // Whoever gave the command is told, see Stepper.
                }
                case Effect.Spawn spawn ->
                    throw new IllegalStateException("a fork is begun with its instruction, but was not: " + spawn);
            }
        }
    }

    /** What a run is told of remote agents, where its time has come. */
    Command informed(LiveRun live, Command command) {
        return command instanceof Command.WakeUp
                ? new Command.WakeUp(remote.of(live.key().id(), live.key().shard()))
                : command;
    }

    /** A run that is no longer here was sent to an agent. */
    void missed(LiveRun live, Command command) {
        if (command instanceof Command.Dispatched sent && live.run().hasNoUseFor(sent.task(), sent.attempt())) {
            remote.recall(live.key(), sent.recall());
        }
    }

    List<LeftCall> leaveCalls(LiveRun live) {
        List<LeftCall> left = new ArrayList<>();
        live.run().callsUnderWay().forEach((task, attempt) -> {
            LeftCall call = new LeftCall(live.key(), task, attempt);
            if (agents.leave(live.key(), task, attempt, call)) {
                left.add(call);
            }
        });
        return left;
    }

    /** Stops the calls of a run that is not stepped here any more. */
    void stopCalls(LiveRun live) {
        live.run()
                .callsUnderWay()
                .forEach((task, attempt) -> agents.stop(live.key(), task, attempt, AgentCaller.Stop.LEFT_BEHIND));
    }

    private void poll(LiveRun live, Effect.Poll poll) {
        Long epoch = shards.epoch(live.key().shard());
        if (epoch != null) {
            remote.poll(live.key(), epoch, poll, reply -> tell(live.key(), poll, reply));
        }
    }

    /** The run may have left memory since. */
    private void tell(RunKey run, Effect.Poll poll, AgentReply reply) {
        Command result = new Command.Result(poll.task(), poll.attempt(), reply, null, remote.of(run.id(), run.shard()));
        inbox.accept(new Message.Instruct(new Instruction(run.id(), run.shard(), result, InstructionOutcome.NONE)));
    }

    private Command tools(Effect.CallAgent call, AgentReply.CallingTools calling, long durationMillis) {
        List<ToolTask> tasks = new ArrayList<>();
        for (ToolCall asked : calling.calls()) {
            Graph graph = null;
            ToolCall possible = asked;
            if (asked.target() instanceof ToolCall.OfGraph(String name, int version)) {
                try {
                    graph = graphs.graph(name, version);
                } catch (IllegalStateException | JdbiException missing) {
                    ToolCall.Target refused =
                            new ToolCall.Refused("tool.unknown", String.valueOf(missing.getMessage()));
                    possible = new ToolCall(asked.id(), asked.tool(), refused, asked.input());
                }
            }
            tasks.add(new ToolTask(possible, graph));
        }
        return new Command.CallTools(
                call.task(), call.attempt(), calling.said(), tasks, calling.usage(), durationMillis);
    }

    private void call(LiveRun live, Effect.CallAgent call) {
        Long epoch = shards.epoch(live.key().shard());
        if (epoch == null || !live.run().isCalling(call.task(), call.attempt())) {
            // Whoever takes the shard up begins it; or a later decision, not committed yet, has stopped it already.
            return;
        }
        double chance = random.nextDouble();
        agents.call(live.key(), epoch, call.graph(), call, new AgentCaller.Answered() {
            @Override
            public void answered(AgentReply reply, RetryPolicy policy, long durationMillis) {
                tell(
                        reply instanceof AgentReply.CallingTools calling
                                ? tools(call, calling, durationMillis)
                                : new Command.Answer(
                                        call.task(), call.attempt(), reply, policy, durationMillis, chance));
            }

            @Override
            public boolean dispatched(Command.Dispatched sent) {
                tell(sent);
                return true;
            }

            @Override
            public void unavailable(AgentCaller.Unavailability why) {
                tell(new Command.Unavailable(
                        call.task(), call.attempt(), why.agent(), why.reason(), why.until(), why.fails()));
            }

            @Override
            public void overBudget(BudgetExceeded exceeded) {
                tell(new Command.OverBudget(call.task(), call.attempt(), exceeded));
            }

            private void tell(Command command) {
                inbox.accept(new Message.Tell(live, command));
            }
        });
    }
}
