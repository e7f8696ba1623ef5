package dev.postroad.runtime.run.waking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres, with a caller of agents that turns calls away as the test says. */
@NullMarked
class AgentWaitersTest {
    private static final Duration LONG_AWAY = Duration.ofHours(1);

    private final InstantSource clock = InstantSource.system();
    private final SwitchedAgents agents = new SwitchedAgents();
    private final OneLane one = new OneLane(agents, (run, why) -> {});
    private final AtomicInteger looks = new AtomicInteger();
    private final AvailableAgents available = new AvailableAgents();
    private final AgentWaiters waiters = new AgentWaiters(
            available,
            one.reader(),
            one.lanes(),
            new GoAhead(one.queue(), one.lanes()),
            this::owned,
            _ -> agents.isThere,
            clock);

    @BeforeEach
    void start() {
        one.start();
        waiters.start();
    }

    @AfterEach
    void close() {
        waiters.close();
        one.close();
    }

    @Test
    void allRunsGoOnAtOnceThatWaitForTheAgentHoweverMany() {
        int runs = 2_300;
        IntStream.range(0, runs).forEach(i -> admit("letter-" + i));
        Site.await("all wait", () -> one.count("status = 'waiting' AND waits_for = ARRAY['writer']") == runs);
        Site.await("none is in memory", () -> one.lane().figures().running() == 0);

        agents.isThere = true;
        available.add("painter");
        available.add("writer");
        Site.await("all are done", () -> one.count("status = 'completed' AND waits_for IS NULL") == runs);
        assertThat(one.site().number("SELECT count(*) FROM postroad.journal WHERE type = 'node.started'"))
                .as("each was turned away once, and called once")
                .isEqualTo(2L * runs);
    }

    @Test
    void allGoOnInOneRoundHoweverManyPagesTheyAre() {
        waiters.close();
        int page = 10;
        int runs = 7 * page + 5;
        IntStream.range(0, runs).forEach(i -> admit("letter-" + i));
        Site.await("all wait", () -> one.count("status = 'waiting'") == runs);
        Site.await("none is in memory", () -> one.lane().figures().running() == 0);

        agents.isThere = true;
        try (AgentWaiters once = new AgentWaiters(
                available,
                one.reader(),
                one.lanes(),
                new GoAhead(one.queue(), one.lanes(), LONG_AWAY),
                this::owned,
                _ -> agents.isThere,
                clock,
                LONG_AWAY,
                page)) {
            once.start();
            available.add("writer");
            Site.await("all are done", () -> one.count("status = 'completed'") == runs);
        }
    }

    @Test
    void aRunGoesOnThatComesToItsRestJustAfterTheAgentCame() {
        agents.answersLate = true;
        admit("late");
        Site.await("it is called", () -> agents.late.size() == 1);
        agents.answersLate = false;
        agents.isThere = true;
        available.add("writer");
        int lookedBefore = looks.get();
        Site.await("it was looked for, in vain", () -> looks.get() >= lookedBefore + 2);

        agents.late.remove().run();
        Site.await("it is done", () -> one.count("status = 'completed'") == 1);
    }

    private Set<Integer> owned() {
        looks.incrementAndGet();
        return Set.of(OneLane.MINE);
    }

    private void admit(String runId) {
        one.admit(runId, Map.of(), (run, reason) -> {});
    }

    /** Agents that are all there, or all not. */
    private final class SwitchedAgents implements AgentCaller {
        final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
        volatile boolean isThere;
        volatile boolean answersLate;

        @Override
        public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
            Instant until = clock.instant().plus(LONG_AWAY);
            Unavailability away = new Unavailability(call.agent(), "it is switched off", until, false);
            if (answersLate) {
                late.add(() -> answered.unavailable(away));
            } else if (isThere) {
                answered.answered(AgentReply.completed(JsonNodeFactory.instance.objectNode()), RetryPolicy.DEFAULT, 1);
            } else {
                answered.unavailable(away);
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
