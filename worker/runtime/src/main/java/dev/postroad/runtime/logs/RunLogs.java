package dev.postroad.runtime.logs;

import dev.postroad.contracts.agent.LogLevel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The lines that wait to be written. Where there is no room for one, it is dropped and counted: a run never waits for its
 * log. Thread-safe.
 *
 * <p>An attempt may have at most an eighth as much waiting as there is room left. So there is always some left for others,
 * however many say too much at once, and those share the rest evenly (A. K. Choudhury, E. L. Hahne, "Dynamic Queue Length
 * Thresholds for Shared-Memory Packet Switches", 1998).
 */
public final class RunLogs {
    static final int MOST_WAITING = 20_000;
    static final long MOST_BYTES = 32L << 20;

    /** What an attempt may have waiting, of the room that is left. */
    private static final int SHARE = 8;

    private final InstantSource clock;
    private final LogShare ofRuns = new LogShare();
    private final ArrayBlockingQueue<LogEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder stored = new LongAdder();

    public RunLogs(InstantSource clock) {
        this.clock = clock;
    }

    /** The log of an attempt. */
    public CallLog of(String runId, String graph, String node, String task, int attempt, String agent) {
        return new CallLog(this, new LogSource(runId, graph, node, task, attempt, agent));
    }

    /** Has it written that a run cannot go on. */
    void trouble(String runId, String what) {
        String message = LogText.fit(what, CallLog.MOST_CHARACTERS);
        add(LogSource.of(runId), ofRuns, LogLevel.ERROR, message, null);
    }

    /** How many lines were dropped. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many lines were stored. */
    public long stored() {
        return stored.sum();
    }

    /** Whether a share has room left for a line of so many characters; asked before it is made ready in vain. */
    boolean hasRoom(LogShare share, int characters) {
        return share.hasRoom(LogEntry.bytes(characters), mostLines(), mostBytes());
    }

    /** Has a line written later, if its share has room left for it; says whether it has. */
    boolean add(LogSource source, LogShare share, LogLevel level, String message, @Nullable String fields) {
        LogEntry entry = new LogEntry(clock.instant(), level, source, share, message, fields);
        return enter(entry, mostLines(), mostBytes());
    }

    private int mostLines() {
        return waiting.remainingCapacity() / SHARE;
    }

    private long mostBytes() {
        return (MOST_BYTES - bytes.get()) / SHARE;
    }

    /** The same for the last line of a share, whatever it has waiting. */
    void addLast(LogSource source, LogShare share, LogLevel level, String message) {
        LogEntry entry = new LogEntry(clock.instant(), level, source, share, message, null);
        enter(entry, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    private boolean enter(LogEntry entry, int mostLines, long mostBytes) {
        boolean shared = entry.share().enter(entry.bytes(), mostLines, mostBytes);
        if (bytes.addAndGet(entry.bytes()) <= MOST_BYTES && shared && waiting.offer(entry)) {
            return true;
        }
        release(entry);
        drop();
        return false;
    }

    void drop() {
        dropped.increment();
    }

    /** The next lines that wait; empty where none do. They keep their room until they are settled. */
    List<LogEntry> next(int most) {
        List<LogEntry> next = new ArrayList<>();
        waiting.drainTo(next, most);
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
        entry.share().left(entry.bytes());
    }
}
