package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.QueuedRun.Turn;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.testing.Site;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres that is told to begin a run whose graph has a limit: it does by a turn that stands alone. */
@NullMarked
class TurnOfARunTest {
    private static final String GRAPH = """
        graph: letters
        state: { log: { reducer: append } }
        nodes: { write: { agent: writer }, ask: { interrupt: "'Sent?'" } }
        edges: [{ from: START, to: write }, { from: write, to: ask }, { from: ask, to: END }]
        """;

    private final SilentAgent agent = new SilentAgent();
    private final OneLane one = new OneLane(Site.graph(GRAPH + "limits: { runs: 1 }\n"), agent, (run, why) -> {});

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

    @Test
    void itDoesNotBeginByATurnThatItHadBeforeItsShardWentAndCameWhileItWasReadBack() throws SQLException {
        long number = one.site().number("SELECT id FROM postroad.runs");
        one.lane().post(new Message.PutAway("run"));
        try (Connection blocker = one.site().database().getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("LOCK TABLE postroad.runs IN ACCESS EXCLUSIVE MODE");
            offer(number, new Turn(0, 1));
            one.lanes().disown(OneLane.MINE, 1).join();
            one.site().sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET epoch = 2"));
            one.lanes().own(OneLane.MINE, 2, Instant.EPOCH, List.of());
            Site.await("its place is given back", () -> one.queue().taken() == 0);
            blocker.rollback();
            blocker.setAutoCommit(true);
        }
        assertThat(begins(new Turn(0, 2))).isTrue();
    }

    @Test
    void itBeginsByItsTurnThoughItIsToldSomethingInTheSameRound() {
        long number = one.site().number("SELECT id FROM postroad.runs");
        one.lanes().instruct(instruction("first", new Control.Unpause(), () -> {
            // On the lane's thread, so that it finds both when it comes to its next round.
            steer("second", new Control.Unpause());
            offer(number, new Turn(0, 1));
        }));
        Site.await("it is under way", () -> one.count("status = 'running'") == 1);
        assertThat(one.site().number("SELECT count(*) FROM postroad.journal WHERE type = 'command.rejected'"))
                .as("told before it began")
                .isEqualTo(2);
    }

    @Test
    void itDoesNotBeginByATurnOfBeforeWhereItIsQueuedAnewInTheSameRound() {
        long number = one.site().number("SELECT id FROM postroad.runs");
        one.lanes().instruct(instruction("first", new Control.Unpause(), () -> {
            steer("pause", new Control.Pause());
            steer("unpause", new Control.Unpause());
            offer(number, new Turn(0, 1));
        }));
        Site.await("it is queued anew", () -> one.count("status = 'queued' AND status_seq > 0") == 1);
        Site.await("its place is given back", () -> one.queue().taken() == 0);
        assertThat(one.count("status = 'queued'")).isEqualTo(1);
    }

    @Test
    void whoeverGivesTurnsIsToldWhereARunUnderWayCountsByAnotherVersion() {
        assertThat(begins(new Turn(0, 1))).isTrue();
        Site.await("it is called", () -> agent.answered != null);
        Objects.requireNonNull(agent.answered)
                .answered(AgentReply.completed(JsonNodeFactory.instance.objectNode()), RetryPolicy.DEFAULT, 1);
        Site.await("it asks", () -> one.count("status = 'waiting'") == 1);
        Command migrate = new Command.Migrate("onto-2", Site.graph(GRAPH, 2));
        one.lanes().instruct(new Instruction("run", OneLane.MINE, migrate, InstructionOutcome.NONE));
        Site.await("it is of the other version", () -> one.count("version = 2") == 1);
        Site.await("that is told", () -> one.migrated().contains("letters"));
    }

    /** The lane has read it back, where it has to, and has let it be: it gives the place back, or the run is under way. */
    private boolean begins(@Nullable Turn turn) {
        offer(one.site().number("SELECT id FROM postroad.runs"), turn);
        Site.await("it is decided", () -> one.queue().taken() == 0 || one.count("status = 'running'") == 1);
        return one.count("status = 'running'") == 1;
    }

    private void offer(long number, @Nullable Turn turn) {
        one.queue().take();
        one.lane()
                .post(new Message.Begin(new Ticket(
                        Instant.EPOCH,
                        number,
                        "run",
                        OneLane.MINE,
                        turn,
                        one.lane().tickets())));
    }

    private void steer(String commandId, Control.Plain action) {
        one.lanes().instruct(instruction(commandId, action, () -> {}));
    }

    private static Instruction instruction(String commandId, Control.Plain action, Runnable applied) {
        return new Instruction("run", OneLane.MINE, new Command.Steer(commandId, action), new InstructionOutcome() {
            @Override
            public void applied() {
                applied.run();
            }

            @Override
            public void unknownRun() {}

            @Override
            public void elsewhere(int itsShard) {}

            @Override
            public void rejected(String code, String reason) {}

            @Override
            public void unreadable(String why) {}
        });
    }

    /** Works on until it is answered for. */
    private static final class SilentAgent implements AgentCaller {
        private volatile @Nullable Answered answered;

        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            this.answered = answered;
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {}
    }
}
