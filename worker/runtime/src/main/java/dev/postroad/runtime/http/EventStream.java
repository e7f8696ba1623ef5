package dev.postroad.runtime.http;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.JournalTail.Place;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What is on its way to one reader. Filled by the thread that looks for events, emptied by the reader's own.
 *
 * <p>It is filled only while it is empty, and with what one look found: so a reader that is slow has little waiting for
 * it, and gets the rest from the journal when it comes to that.
 */
final class EventStream {
    private final String runId;
    private final long run;
    private final BlockingQueue<Next> waiting = new LinkedBlockingQueue<>();
    private volatile int seq;

    /**
     * Makes an empty stream.
     *
     * @param run the number of the run
     * @param seq the last event that the reader has
     */
    EventStream(String runId, long run, int seq) {
        this.runId = runId;
        this.run = run;
        this.seq = seq;
    }

    /** What comes next. */
    sealed interface Next {}

    /** An event. */
    record Happened(RunEvent event) implements Next {}

    /** Nothing for now. */
    record Silence() implements Next {}

    /** Nothing any more. */
    record End() implements Next {}

    String runId() {
        return runId;
    }

    boolean hasRoom() {
        return waiting.isEmpty();
    }

    Place place() {
        return new Place(run, seq);
    }

    void add(RunEvent event) {
        if (event.seq() > seq) {
            seq = event.seq();
            waiting.add(new Happened(event));
        }
    }

    void end() {
        waiting.add(new End());
    }

    Next next(Duration patience) throws InterruptedException {
        return Objects.requireNonNullElseGet(waiting.poll(patience.toMillis(), TimeUnit.MILLISECONDS), Silence::new);
    }
}
