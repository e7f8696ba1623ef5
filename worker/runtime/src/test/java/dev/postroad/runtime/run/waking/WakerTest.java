package dev.postroad.runtime.run.waking;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.atomic.AtomicInteger;
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

    private final AtomicInteger mostTaken = new AtomicInteger();
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
    void runsGoOnThoughAllPlacesAreTakenUpToATenthMore() {
        int runs = 3 * PAGE + 5;
        int more = PAGE + 5;
        sleep(runs);
        agent.holdsBack = true;
        int others = OneLane.PLACES + OneLane.PLACES / 10 - more;
        IntStream.range(0, others).forEach(_ -> one.queue().take());
        ahead = SLEEP.multipliedBy(2);
        waker.call();
        Site.await("some are called again", () -> agent.heldBack.size() == more);
        IntStream.range(more, runs).forEach(_ -> one.queue().leave());
        waker.call();
        Site.await("all are called again", () -> agent.heldBack.size() == runs);
        assertThat(mostTaken).hasValueLessThanOrEqualTo(OneLane.PLACES + OneLane.PLACES / 10);
    }

    private void sleep(int runs) {
        IntStream.range(0, runs).forEach(i -> one.admit("sleeper-" + i, Map.of(), (run, reason) -> {}));
        Site.await("all sleep", () -> one.count("status = 'waiting' AND wake_at IS NOT NULL") == runs);
        Site.await("none is in memory", () -> one.lane().figures().running() == 0);
    }

    /** Answers the first call of each run that it is to sleep, and the second one. */
    private final class Sleeper implements AgentCaller {
        final Set<Long> slept = ConcurrentHashMap.newKeySet();
        final Set<Long> heldBack = ConcurrentHashMap.newKeySet();
        volatile boolean holdsBack;

        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            if (slept.add(run.number())) {
                answered.answered(new AgentReply.Sleeping(SLEEP, Usage.NONE), RetryPolicy.DEFAULT, 1);
            } else if (holdsBack) {
                mostTaken.accumulateAndGet(one.queue().taken(), Math::max);
                heldBack.add(run.number());
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
