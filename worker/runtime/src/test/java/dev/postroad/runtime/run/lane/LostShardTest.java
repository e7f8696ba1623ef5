package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres that is told something for a run of a shard that it has lost. */
@NullMarked
class LostShardTest {
    /** Sent on, it came back to this worker at once, ten thousand times a minute, and an agent's answer was lost. */
    @Test
    void whatIsForARunOfItIsLeftToItsNextOwnerAndSentNowhere() {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        try (OneLane one = new OneLane(new QuickAgent(), (run, why) -> {})) {
            one.start();
            one.admit("run", Map.of(), (run, reason) -> {});
            Site.await("it has ended", () -> one.count("status = 'completed'") == 1);
            Site.await(
                    "nobody has it in hand",
                    () -> !one.lanes().hold(OneLane.MINE, List.of("run")).join().isEmpty());
            one.lanes().instruct(new Instruction("run", OneLane.MINE, new Command.Start(), new Noted(told)));
            one.lanes().disown(OneLane.MINE, 1).join();
            one.lanes().letBe(OneLane.MINE, List.of("run"));
            Site.await("it is answered", () -> !told.isEmpty());
        }
        assertThat(List.copyOf(told)).containsExactly("the shard is gone");
    }

    /** It was dropped for good: the end of its giving up came after its new beginning. */
    @Test
    void itIsSteppedInItsNewEpochWhereItWentAndCameWhileItsLaneStoodStill() {
        CountDownLatch stands = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        try (OneLane one = new OneLane(new StandingAgent(stands, goesOn), (run, why) -> {})) {
            one.start();
            one.admit("first", Map.of(), (run, reason) -> {});
            Site.await("the lane stands still", () -> stands.getCount() == 0);
            CompletableFuture<List<LeftCall>> gone = one.lanes().giveUp(OneLane.MINE, 1);
            one.site().sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET epoch = 2"));
            one.lanes().own(OneLane.MINE, 2, Instant.EPOCH, List.of());
            CompletableFuture<Void> late = one.lanes().disown(OneLane.MINE, 1);
            goesOn.countDown();
            assertThat(gone.join()).isEmpty();
            late.join();
            one.admit("second", Map.of(), (run, reason) -> {});
            Site.await("it is stepped", () -> one.count("status = 'completed' AND run_id = 'second'") == 1);
        }
    }

    private record Noted(Queue<String> told) implements InstructionOutcome {
        @Override
        public void applied() {
            told.add("applied");
        }

        @Override
        public void unknownRun() {
            told.add("unknown");
        }

        @Override
        public void elsewhere(int itsShard) {
            told.add("elsewhere: " + itsShard);
        }

        @Override
        public void shardIsGone() {
            told.add("the shard is gone");
        }

        @Override
        public void rejected(String code, String reason) {
            told.add("rejected: " + reason);
        }

        @Override
        public void unreadable(String why) {
            told.add("unreadable: " + why);
        }
    }

    /** Keeps the lane at the call of the first run, which is never answered. */
    private static final class StandingAgent extends QuickAgent {
        private final CountDownLatch stands;
        private final CountDownLatch goesOn;

        StandingAgent(CountDownLatch stands, CountDownLatch goesOn) {
            this.stands = stands;
            this.goesOn = goesOn;
        }

        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            if (!run.id().equals("first")) {
                super.call(run, epoch, graph, call, answered);
                return;
            }
            stands.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static class QuickAgent implements AgentCaller {
        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            answered.answered(AgentReply.completed(JsonNodeFactory.instance.objectNode()), RetryPolicy.DEFAULT, 1);
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {}
    }
}
