package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.runtime.journal.QueuedRun.Turn;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres that is told to begin a run whose graph has a limit: it does by a turn that stands alone. */
@NullMarked
class TurnOfARunTest {
    private final OneLane one = new OneLane(Site.graph("""
        graph: letters
        state: { log: { reducer: append } }
        nodes: { write: { agent: writer } }
        edges: [{ from: START, to: write }, { from: write, to: END }]
        limits: { runs: 1 }
        """), new SilentAgent(), (run, why) -> {});

    @BeforeEach
    void queueOne() {
        one.start();
        one.admit("run", Map.of(), (run, reason) -> {});
        Site.await("it is queued", () -> one.count("status = 'queued'") == 1);
    }

    @AfterEach
    void close() {
        one.close();
    }

    @Test
    void itBeginsByTheTurnOfTheTimeThatItIsQueuedForAndByNoEarlierOne() {
        assertThat(begins(null)).as("without a turn").isFalse();
        steer("pause", new Control.Pause());
        Site.await("it is paused", () -> one.count("status = 'paused'") == 1);
        steer("unpause", new Control.Unpause());
        Site.await("it is queued again", () -> one.count("status = 'queued'") == 1);
        int seq = (int) one.site().number("SELECT status_seq FROM postroad.runs");
        assertThat(seq).isPositive();
        assertThat(begins(new Turn(0, 1))).as("by its former turn").isFalse();
        assertThat(begins(new Turn(seq, 1))).isTrue();
    }

    @Test
    void itBeginsByItsTurnWhereItIsReadBack() {
        steer("pause", new Control.Pause());
        Site.await("it is paused", () -> one.count("status = 'paused'") == 1);
        steer("unpause", new Control.Unpause());
        Site.await("it is queued again", () -> one.count("status = 'queued'") == 1);
        int seq = (int) one.site().number("SELECT status_seq FROM postroad.runs");
        one.lane().post(new Message.PutAway("run"));
        assertThat(begins(new Turn(seq - 1, 1))).as("by its former turn").isFalse();
        one.lane().post(new Message.PutAway("run"));
        assertThat(begins(new Turn(seq, 1))).isTrue();
    }

    @Test
    void itDoesNotBeginByATurnThatItHadBeforeItsShardWentAndCame() {
        one.lanes().disown(OneLane.MINE, 1).join();
        one.site().sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET epoch = 2"));
        one.lanes().own(OneLane.MINE, 2, Instant.EPOCH, List.of());
        assertThat(begins(new Turn(0, 1))).isFalse();
        assertThat(begins(new Turn(0, 2))).isTrue();
    }

    /** The lane has read it back, where it has to, and has let it be: it gives the place back, or the run is under way. */
    private boolean begins(@Nullable Turn turn) {
        long number = one.site().number("SELECT id FROM postroad.runs");
        one.queue().take();
        one.lane()
                .post(new Message.Begin(new Ticket(
                        Instant.EPOCH,
                        number,
                        "run",
                        OneLane.MINE,
                        turn,
                        one.lane().tickets())));
        Site.await("it is decided", () -> one.queue().taken() == 0 || one.count("status = 'running'") == 1);
        return one.count("status = 'running'") == 1;
    }

    private void steer(String commandId, Control.Plain action) {
        one.lanes()
                .instruct(new Instruction(
                        "run",
                        OneLane.MINE,
                        new Command.Steer(commandId, action),
                        Instruction.InstructionOutcome.NONE));
    }

    /** Works on for ever. */
    private static final class SilentAgent implements AgentCaller {
        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {}

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {}
    }
}
