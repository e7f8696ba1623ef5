package dev.postroad.runtime.logs;

import dev.postroad.contracts.agent.LogLevel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The lines that wait to be written. Where there is no room for one, it is dropped and counted: a run never waits for its
 * log. Thread-safe.
 */
public final class RunLogs {
    static final int MOST_WAITING = 20_000;
    static final int MOST_WAITING_OF_AN_ATTEMPT = MOST_WAITING / 8;
    static final long MOST_BYTES = 32L << 20;

    private final InstantSource clock;
    private final ArrayBlockingQueue<LogEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder stored = new LongAdder();

    public RunLogs(InstantSource clock) {
        this.clock = clock;
    }

    /** The log of an attempt. */
    public CallLog of(String runId, String graph, String node, String task, int attempt, String agent) {
        return new CallLog(this, runId, graph, node, task, attempt, agent);
    }

    /** How many lines were dropped. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many lines were stored. */
    public long stored() {
        return stored.sum();
    }

    /**
     * Has a line written later, if there is room; says whether there is.
     *
     * @param most how many of its source may wait
     */
    boolean add(CallLog source, LogLevel level, String message, @Nullable String fields, int most) {
        LogEntry entry = new LogEntry(clock.instant(), level, source, message, fields);
        if (!source.enter(most)) {
            drop();
            return false;
        }
        if (bytes.addAndGet(entry.bytes()) > MOST_BYTES || !waiting.offer(entry)) {
            release(entry);
            drop();
            return false;
        }
        return true;
    }

    void drop() {
        dropped.increment();
    }

    /** The next lines, at least one; empty where none came in time. They keep their room until they are settled. */
    List<LogEntry> next(int most, long millis) throws InterruptedException {
        LogEntry first = waiting.poll(millis, TimeUnit.MILLISECONDS);
        if (first == null) {
            return List.of();
        }
        List<LogEntry> next = new ArrayList<>();
        next.add(first);
        waiting.drainTo(next, most - 1);
        return next;
    }

    /** Whether nothing waits. */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Lines are written, or given up. */
    void settled(List<LogEntry> entries, boolean written) {
        entries.forEach(this::release);
        (written ? stored : dropped).add(entries.size());
    }

    private void release(LogEntry entry) {
        bytes.addAndGet(-entry.bytes());
        entry.source().left();
    }
}
