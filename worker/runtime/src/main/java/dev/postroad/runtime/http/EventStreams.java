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
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events of runs as they happen, as server-sent events. Each reader is served by a virtual thread of its own,
 * so that one that is slow holds up nobody else: first from the journal, up to where it ends, then with what is new.
 */
final class EventStreams implements AutoCloseable {
    static final int MOST = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
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
            new SseHandler(client -> serve(client, new Reader(runId, run, filter), after)).handle(context);
        } catch (RuntimeException failed) {
            free.release();
            throw failed;
        }
    }

    private record Reader(String runId, long run, EventFilter filter) {}

    private void serve(SseClient client, Reader reader, int after) {
        try {
            follow(client, reader, catchUp(client, reader, after));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            // The reader connects again and says where it was.
            LOG.warn("a stream of events of run {} ends early", reader.runId(), failed);
        } finally {
            free.release();
            client.close();
        }
    }

    /** Gives the last event that was there. */
    private int catchUp(SseClient client, Reader reader, int after) {
        int seq = after;
        List<RunEvent> page;
        do {
            page = history.events(reader.runId(), EventFilter.ALL, seq, PAGE);
            for (RunEvent event : page) {
                send(client, reader, event);
                seq = event.seq();
            }
        } while (!page.isEmpty() && !isOver(client));
        return seq;
    }

    private void follow(SseClient client, Reader reader, int after) throws InterruptedException {
        EventStream stream = new EventStream(reader.runId(), reader.run(), after);
        live.follow(stream);
        try {
            while (!isOver(client)) {
                switch (stream.next(HEARTBEAT)) {
                    case Happened(RunEvent event) -> send(client, reader, event);
                    // Else a reader that is gone would never be noticed, nor a worker by its reader.
                    case Silence() -> client.sendComment("nothing new");
                    case End() -> {
                        return;
                    }
                }
            }
        } finally {
            live.forget(stream);
        }
    }

    private boolean isOver(SseClient client) {
        return closing || client.terminated();
    }

    private static void send(SseClient client, Reader reader, RunEvent event) {
        if (reader.filter().accepts(event)) {
            String data = new String(Json.bytes(HistoryJson.tree(event)), StandardCharsets.UTF_8);
            client.sendEvent(event.type().publicName(), data, Integer.toString(event.seq()));
        }
    }

    @Override
    public void close() {
        closing = true;
        live.close();
    }
}
