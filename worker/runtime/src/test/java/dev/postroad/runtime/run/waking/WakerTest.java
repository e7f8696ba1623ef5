package dev.postroad.runtime.run.waking;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.lane.OneLane;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres, an agent that has each run sleep once, and a clock that the test moves. */
@NullMarked
class WakerTest {
    private static final Duration SLEEP = Duration.ofHours(1);

    /** No second round comes by itself while a test lasts. */
    private static final Duration NEVER = Duration.ofDays(1);

    /** Longer than a busy machine keeps a lane waiting. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int PAGE = 10;

    private final Sleeper agent = new Sleeper();
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private final OneLane one = new OneLane(agent, (run, why) -> {}, clock);
    private final Waker waker = new Waker(
            one.reader(),
            one.postponed(),
            new GoAhead(one.queue(), one.lanes(), PATIENCE),
            () -> Set.of(OneLane.MINE),
            clock,
            NEVER,
            PAGE);

    @BeforeEach
    void start() {
        one.start();
        waker.start();
    }

    @AfterEach
    void close() {
        waker.close();
        one.close();
    }

    @Test
    void allRunsWhoseTimeHasComeGoOnInOneRoundHoweverManyTheyAre() {
        int runs = 7 * PAGE + 5;
        sleep(runs);
        ahead = SLEEP.multipliedBy(2);
        waker.call();
        Site.await("all are done", () -> one.count("status = 'completed'") == runs);
    }

    @Test
    void runsGoOnThoughOthersTookMorePlacesThanThereAre() {
        int runs = PAGE + 5;
        sleep(runs);
        IntStream.range(0, 2 * OneLane.PLACES).forEach(_ -> one.queue().take());
        ahead = SLEEP.multipliedBy(2);
        waker.call();
        Site.await("all are done", () -> one.count("status = 'completed'") == runs);
    }

    private void sleep(int runs) {
        IntStream.range(0, runs).forEach(i -> one.admit("sleeper-" + i, Map.of(), (run, reason) -> {}));
        Site.await("all sleep", () -> one.count("status = 'waiting' AND wake_at IS NOT NULL") == runs);
        Site.await("none is in memory", () -> one.lane().figures().running() == 0);
    }

    /** Answers the first call of each run that it is to sleep, and the second one. */
    private static final class Sleeper implements AgentCaller {
        final Set<Long> slept = ConcurrentHashMap.newKeySet();

        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            if (slept.add(run.number())) {
                answered.answered(new AgentReply.Sleeping(SLEEP, Usage.NONE), RetryPolicy.DEFAULT, 1);
            } else {
                answered.answered(AgentReply.completed(JsonNodeFactory.instance.objectNode()), RetryPolicy.DEFAULT, 1);
            }
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt, Stop why) {}
    }
}
