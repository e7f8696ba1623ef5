package dev.postroad.runtime.handover;

import dev.postroad.runtime.background.Insistence;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.database.SqlVerdict;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.run.calls.LeftCall;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that this worker makes for runs that others step by now: their answers go to Postgres, where those look. A call
 * that nobody waits for any more, as its run was cancelled, is stopped. Thread-safe; owns one thread.
 */
public final class LeftCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeftCalls.class);
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final long PAUSE_MILLIS = 20;

    /** The pool has few connections, and others need them too; what ends meanwhile is written next, all together. */
    private static final int WRITERS = 1;

    private static final int MOST_TOGETHER = 100;

    private final LeftCallRows rows;
    private final Stopping calls;
    private final Map<LeftCallRows.Key, LeftCall> open = new ConcurrentHashMap<>();
    private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    private final Insistence insistence = new Insistence("postroad-left-answer", WRITERS);
    private final Repeats repeats;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("postroad-left-calls").daemon().unstarted(this::loop);

    /** Of one that Postgres refuses, the others are written all the same. */
    private volatile int together = MOST_TOGETHER;

    /** A call that has ended; without an answer where it is not made. */
    private record Ended(LeftCall call, Optional<LeftCall.Answer> outcome) {
        LeftCallRows.Key key() {
            return LeftCallRows.Key.of(call);
        }
    }

    /** Stops a call that was left. */
    public interface Stopping {
        /** Whoever made it hears nothing of it any more. */
        void stop(RunKey run, String task, int attempt);
    }

    public LeftCalls(LeftCallRows rows, Stopping calls, InstantSource clock) {
        this.rows = rows;
        this.calls = calls;
        this.repeats = new Repeats(LOG, clock);
    }

    /** Begins to look for calls that nobody waits for. */
    public void start() {
        thread.start();
    }

    /**
     * Says of calls that they go on here; to be done before their shard is given back.
     *
     * @throws JdbiException where Postgres is away; the calls are stopped, and made anew by others
     */
    public void enter(int shard, List<LeftCall> left) {
        if (left.isEmpty()) {
            return;
        }
        try {
            rows.enter(shard, left);
        } catch (JdbiException away) {
            stop(left);
            throw away;
        }
        for (LeftCall call : left) {
            open.put(LeftCallRows.Key.of(call), call);
            var _ = call.outcome().thenAccept(outcome -> {
                ended.add(new Ended(call, outcome));
                insistence.untilDone(tries -> areTold());
            });
        }
    }

    /** Stops calls that nobody was told of, and others make anew. */
    public void stop(List<LeftCall> left) {
        left.forEach(call -> calls.stop(call.run(), call.task(), call.attempt()));
    }

    /** Whether nothing is left to be told. */
    private boolean areTold() {
        for (List<Ended> now = next(); !now.isEmpty(); now = next()) {
            try {
                tell(now);
                now.forEach(one -> open.remove(one.key(), one.call()));
            } catch (RuntimeException failed) {
                ended.addAll(now);
                together = SqlVerdict.isAway(failed) ? together : 1;
                repeats.warn("the answers of calls cannot be handed over yet", failed);
                return false;
            }
        }
        together = MOST_TOGETHER;
        return true;
    }

    private List<Ended> next() {
        List<Ended> next = new ArrayList<>();
        ended.drainTo(next, together);
        return next;
    }

    private void tell(List<Ended> now) {
        Map<LeftCallRows.Key, LeftCall.Answer> answers = new HashMap<>();
        Set<LeftCallRows.Key> withdrawn = new HashSet<>();
        now.forEach(one -> one.outcome()
                .ifPresentOrElse(answer -> answers.put(one.key(), answer), () -> withdrawn.add(one.key())));
        if (!answers.isEmpty()) {
            rows.answer(answers);
        }
        if (!withdrawn.isEmpty()) {
            rows.withdraw(withdrawn);
        }
    }

    /** How many calls go on here. */
    public int open() {
        return open.size();
    }

    /** Waits until all have ended and their answers are handed over, or for so long at the most. */
    public void awaitEnd(Duration atMost, InstantSource clock) {
        var end = clock.instant().plus(atMost);
        try {
            while (!open.isEmpty() && clock.instant().isBefore(end)) {
                boolean _ = closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!open.isEmpty()) {
            LOG.warn("{} calls did not end in time; others make them anew", open.size());
        }
    }

    private void loop() {
        try {
            while (!closing.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                stopUnwanted();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopUnwanted() {
        // Before the look: what is entered meanwhile may not be found by it.
        Set<LeftCallRows.Key> before = new HashSet<>(open.keySet());
        if (before.isEmpty()) {
            return;
        }
        try {
            before.removeAll(new HashSet<>(rows.wanted()));
            before.forEach(this::stop);
        } catch (JdbiException away) {
            repeats.warn("it cannot be looked for calls that nobody waits for", away);
        } catch (RuntimeException defect) {
            repeats.error("looking for calls that nobody waits for broke; it goes on", defect);
        }
    }

    private void stop(LeftCallRows.Key key) {
        LeftCall call = open.get(key);
        if (call != null && !call.outcome().isDone()) {
            open.remove(key, call);
            calls.stop(call.run(), call.task(), call.attempt());
        }
    }

    @Override
    public void close() {
        closing.countDown();
        insistence.close();
        thread.interrupt();
    }
}
