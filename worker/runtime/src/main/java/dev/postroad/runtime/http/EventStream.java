package dev.postroad.runtime.http;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.history.past.JournalTail.Place;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to one reader. Filled by the thread that looks for events, emptied by the reader's own.
 *
 * <p>It is filled only while it is empty, and with what one look found: so a reader that is slow has little waiting for
 * it, and gets the rest from the journal when it comes to that.
 */
final class EventStream {
    private final String runId;
    private final long run;
    private final Bell bell;
    private final Queue<RunEvent> waiting = new ConcurrentLinkedQueue<>();
    private volatile int seq;
    private volatile boolean ended;
    private volatile boolean awaited;
    private final AtomicLong looksBegun = new AtomicLong();
    private volatile long looksDone;

    /**
     * Makes an empty stream.
     *
     * @param run the number of the run
     * @param seq the last event that the reader has
     * @param bell rung for what is new
     */
    EventStream(String runId, long run, int seq, Bell bell) {
        this.runId = runId;
        this.run = run;
        this.seq = seq;
        this.bell = bell;
    }

    String runId() {
        return runId;
    }

    boolean hasRoom() {
        return waiting.isEmpty();
    }

    Place place() {
        return new Place(run, seq);
    }

    void lookBegins() {
        looksBegun.incrementAndGet();
    }

    void lookIsDone() {
        looksDone = looksBegun.get();
        if (awaited) {
            awaited = false;
            bell.ring();
        }
    }

    /** Has the bell rung after a look that finds nothing too. */
    void awaitLook() {
        awaited = true;
    }

    /** How many looks for its events have begun. */
    long looksBegun() {
        return looksBegun.get();
    }

    /** How many are done; whatever the last of them found waits here, or was taken. */
    long looksDone() {
        return looksDone;
    }

    void add(RunEvent event) {
        if (event.seq() > seq) {
            seq = event.seq();
            waiting.add(event);
            bell.ring();
        }
    }

    void end() {
        ended = true;
        bell.ring();
    }

    /** Whether nothing comes any more. */
    boolean hasEnded() {
        return ended;
    }

    /** The next event; null where none waits. */
    @Nullable
    RunEvent poll() {
        return waiting.poll();
    }
}
