package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RemoteAgents;
import dev.postroad.runtime.journal.RunKey;
import java.time.Duration;
import java.util.function.Consumer;

/** Does for runs what concerns agents whose answers come by themselves. Thread-safe; must not block. */
public interface RemoteDesk {
    /** For lanes whose agents are all called. */
    RemoteDesk NONE = new RemoteDesk() {
        @Override
        public RemoteAgents of(String runId, int shard) {
            return RemoteAgents.NONE;
        }

        @Override
        public Duration patience() {
            return Duration.ZERO;
        }

        @Override
        public void listens(int shard) {}

        @Override
        public void recall(RunKey run, Effect.Recall recall) {}

        @Override
        public void poll(RunKey run, long epoch, Effect.Poll poll, Consumer<AgentReply> over) {}

        @Override
        public void note(RunKey run, Effect.Note note) {}

        @Override
        public void show(RunKey run, Effect.Show show) {}
    };

    /** What the decisions of a run have to know. */
    RemoteAgents of(String runId, int shard);

    /** How much longer than the engine says a run stays at hand whose tasks are with remote agents; not negative. */
    Duration patience();

    /** What agents say to the runs of a shard is heard here from now on. */
    void listens(int shard);

    /** Tells an agent that nobody waits for a task any more. */
    void recall(RunKey run, Effect.Recall recall);

    /**
     * Asks an agent whether it is done.
     *
     * @param epoch of the run's shard, in which that was ordered
     * @param over told its answer, by another thread, once it has one; never where it works on, or cannot be asked
     */
    void poll(RunKey run, long epoch, Effect.Poll poll, Consumer<AgentReply> over);

    /** Takes down what an agent answered, or that it was given up. */
    void note(RunKey run, Effect.Note note);

    /** Shows what an agent has to show. */
    void show(RunKey run, Effect.Show show);
}
