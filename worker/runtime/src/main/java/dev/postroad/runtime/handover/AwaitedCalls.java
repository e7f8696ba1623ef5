package dev.postroad.runtime.handover;

import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.calls.ReadyAgent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls, but those that another worker began and goes on with: their answers are waited for in Postgres. Where that
 * worker is gone without an answer, the call is made here after all. Thread-safe; owns one thread, which looks as long as
 * there is something to wait for. A call costs a look at an empty map.
 */
public final class AwaitedCalls implements AgentCaller, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AwaitedCalls.class);
    private static final long LOOK_EVERY_MILLIS = 50;

    /** What was left, and is not asked for so long after, is of no use: its run went another way. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

    private final AgentCaller calls;
    private final LeftCallRows rows;
    private final ReadyAgent.Directory agents;
    private final InstantSource clock;
    private final Map<LeftCallRows.Key, Expected> expected = new ConcurrentHashMap<>();
    private final Repeats repeats;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("postroad-awaited-calls").daemon().unstarted(this::loop);

    /** @param asked null until the call is to be made */
    private record Expected(
            int shard, Instant since, @Nullable Asked asked) {}

    private record Asked(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {}

    public AwaitedCalls(AgentCaller calls, LeftCallRows rows, ReadyAgent.Directory agents, InstantSource clock) {
        this.calls = calls;
        this.rows = rows;
        this.agents = agents;
        this.clock = clock;
        this.repeats = new Repeats(LOG, clock);
    }

    /** Begins to look for answers. */
    public void start() {
        thread.start();
    }

    /**
     * Learns which calls of a shard others go on with; to be done once the shard is claimed, and before its runs go on.
     *
     * @throws JdbiException where Postgres is away
     */
    public void expect(int shard) {
        Instant now = clock.instant();
        rows.ofShards(Set.of(shard)).forEach(row -> expected.put(row.key(), new Expected(shard, now, null)));
    }

    @Override
    public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
        if (!expected.isEmpty()) {
            LeftCallRows.Key key = new LeftCallRows.Key(run.number(), call.task(), call.attempt());
            Asked asked = new Asked(run, epoch, graph, call, answered);
            Expected awaited = expected.computeIfPresent(
                    key, (same, before) -> new Expected(before.shard(), before.since(), asked));
            if (awaited != null) {
                return;
            }
        }
        calls.call(run, epoch, graph, call, answered);
    }

    @Override
    public void stop(RunKey run, String task, int attempt, Stop why) {
        if (!expected.isEmpty() && expected.remove(new LeftCallRows.Key(run.number(), task, attempt)) != null) {
            Thread.ofVirtual().start(() -> remove(Set.of(new LeftCallRows.Key(run.number(), task, attempt))));
            return;
        }
        calls.stop(run, task, attempt, why);
    }

    /** What is waited for here is not under way here: whoever takes the run over waits in its turn. */
    @Override
    public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
        if (!expected.isEmpty() && expected.remove(new LeftCallRows.Key(run.number(), task, attempt)) != null) {
            return false;
        }
        return calls.leave(run, task, attempt, elsewhere);
    }

    /** Forgets what is waited for of a shard that is another's; the rows stay, for its owner. */
    public void forget(int shard) {
        expected.values().removeIf(awaited -> awaited.shard() == shard);
    }

    private void loop() {
        try {
            while (!closing.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                lookOrTell();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookOrTell() {
        try {
            look();
        } catch (JdbiException away) {
            repeats.warn("it cannot be looked for the answers of calls that others make", away);
        } catch (RuntimeException defect) {
            repeats.error("looking for the answers of calls that others make broke; it goes on", defect);
        }
    }

    private void look() {
        Map<LeftCallRows.Key, Expected> before = new HashMap<>(expected);
        if (before.isEmpty()) {
            return;
        }
        Set<Integer> shards = new HashSet<>();
        before.values().forEach(awaited -> shards.add(awaited.shard()));
        Map<LeftCallRows.Key, LeftCallRows.Row> found = new HashMap<>();
        rows.ofShards(shards).forEach(row -> found.put(row.key(), row));
        Set<LeftCallRows.Key> over = new HashSet<>();
        before.forEach((key, awaited) -> {
            if (isOver(key, awaited, found.get(key)) && found.containsKey(key)) {
                over.add(key);
            }
        });
        // All at once, and not before the last of their runs goes on.
        if (!over.isEmpty()) {
            remove(over);
        }
    }

    /** Whether a call is waited for no more: it is answered, made here, or forgotten. */
    private boolean isOver(LeftCallRows.Key key, Expected awaited, LeftCallRows.@Nullable Row row) {
        LeftCall.Answer answer = row == null ? null : row.answer();
        if (row != null && answer == null && !row.isAbandoned()) {
            return false;
        }
        Asked asked = awaited.asked();
        if (asked == null && clock.instant().isBefore(awaited.since().plus(FORGOTTEN_AFTER))) {
            return false;
        }
        if (!expected.remove(key, awaited)) {
            return false;
        }
        if (asked != null && answer != null) {
            asked.answered().answered(answer.reply(), policy(asked.call().agent()), answer.durationMillis());
        } else if (asked != null) {
            calls.call(asked.run(), asked.epoch(), asked.graph(), asked.call(), asked.answered());
        }
        return true;
    }

    private RetryPolicy policy(String agent) {
        return agents.agent(agent).map(ReadyAgent::policy).orElse(RetryPolicy.DEFAULT);
    }

    private void remove(Set<LeftCallRows.Key> keys) {
        try {
            rows.remove(keys);
        } catch (JdbiException away) {
            repeats.warn("calls that are over cannot be forgotten yet", away);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
