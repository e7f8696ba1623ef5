package dev.postroad.runtime.http;

import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.EventFilter;
import dev.postroad.runtime.history.HistoryJson;
import dev.postroad.runtime.history.JournalTail;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.http.EventStream.End;
import dev.postroad.runtime.http.EventStream.Happened;
import dev.postroad.runtime.http.EventStream.Silence;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events of runs as they happen, as server-sent events. Each reader is served by the thread of its request, so that one that is slow holds up nobody else: first from the journal, up to where it ends, then with what is new.
 */
final class EventStreams implements AutoCloseable {
    static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final int PAGE = 200;

    private final RunHistory history;
    private final JournalTail tail;
    private final LiveEvents live;
    private final Semaphore free = new Semaphore(MOST);
    private volatile boolean closing;

    EventStreams(RunHistory history, JournalTail tail) {
        this.history = history;
        this.tail = tail;
        live = new LiveEvents(tail);
    }

    /** How many are open. */
    int open() {
        return MOST - free.availablePermits();
    }

    /**
     * Opens a stream, which ends with its reader or this worker; not with the run, as that can be continued.
     *
     * @param after the last event that the reader has; 0 for none
     * @throws Refusal where there is no such run, or there are too many streams
     */
    void open(Context context, String runId, EventFilter filter, int after) {
        long run = tail.number(runId).orElseThrow(() -> Refusal.noRun(runId));
        if (closing || !free.tryAcquire()) {
            throw Refusal.of(
                    ErrorCode.UNAVAILABLE, "this worker has " + MOST + " streams open, or stops; ask another one");
        }
        try {
            serve(context, new Reader(runId, run, filter), after);
        } finally {
            free.release();
        }
    }

    private record Reader(String runId, long run, EventFilter filter) {}

    private void serve(Context context, Reader reader, int after) {
        try {
            SseWriter writer = new SseWriter(context);
            follow(writer, reader, catchUp(writer, reader, after));
        } catch (IOException gone) {
            LOG.debug("a reader of run {} is gone", reader.runId(), gone);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            // The reader connects again and says where it was.
            LOG.warn("a stream of events of run {} ends early", reader.runId(), failed);
        }
    }

    /** Gives the last event that was there. */
    private int catchUp(SseWriter writer, Reader reader, int after) throws IOException {
        int seq = after;
        List<RunEvent> page;
        do {
            page = history.events(reader.runId(), EventFilter.ALL, seq, PAGE);
            for (RunEvent event : page) {
                send(writer, reader, event);
                seq = event.seq();
            }
        } while (!page.isEmpty() && !closing);
        return seq;
    }

    private void follow(SseWriter writer, Reader reader, int after) throws IOException, InterruptedException {
        EventStream stream = new EventStream(reader.runId(), reader.run(), after);
        live.follow(stream);
        try {
            while (!closing) {
                switch (stream.next(HEARTBEAT)) {
                    case Happened(RunEvent event) -> send(writer, reader, event);
                    // Else a reader that is gone would never be noticed, nor a worker by its reader.
                    case Silence() -> writer.comment("nothing new");
                    case End() -> {
                        return;
                    }
                }
            }
        } finally {
            live.forget(stream);
        }
    }

    private static void send(SseWriter writer, Reader reader, RunEvent event) throws IOException {
        if (reader.filter().accepts(event)) {
            String data = new String(Json.bytes(HistoryJson.tree(event)), StandardCharsets.UTF_8);
            writer.event(event.seq(), event.type().publicName(), data);
        }
    }

    @Override
    public void close() {
        closing = true;
        live.close();
    }
}
