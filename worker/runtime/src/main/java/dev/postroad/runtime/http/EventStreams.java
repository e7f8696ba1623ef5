package dev.postroad.runtime.http;

import dev.postroad.contracts.live.LiveOrder;
import dev.postroad.contracts.live.OpenAttempts;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.EventFilter;
import dev.postroad.runtime.history.past.JournalTail;
import dev.postroad.runtime.output.OutputCursor;
import dev.postroad.runtime.output.OutputStart;
import dev.postroad.runtime.output.OutputStart.AtEnd;
import dev.postroad.runtime.output.OutputStart.AtOffset;
import dev.postroad.runtime.output.OutputStart.AtTime;
import dev.postroad.runtime.output.OutputTail;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sends the events of runs as they happen, and what their nodes show, as server-sent events. Each reader is served by the
 * thread of its request, so that one that is slow holds up nobody else: first from the journal, up to where it ends, then
 * with what is new.
 */
final class EventStreams implements AutoCloseable {
    private static final int PAGE = 200;

    /** Where nothing happened for as long and no attempt was under way, the output is not searched. */
    private static final Duration LONG_SILENCE = Duration.ofMinutes(5);

    private final RunHistory history;
    private final JournalTail tail;
    private final OutputTail output;
    private final LiveEvents live;
    private final StreamRoom room;

    /** @param most how many may be open at a time */
    EventStreams(RunHistory history, JournalTail tail, OutputTail output, int most) {
        this.history = history;
        this.tail = tail;
        this.output = output;
        room = new StreamRoom("events", most);
        live = new LiveEvents(tail);
    }

    /** How many are open. */
    int open() {
        return room.open();
    }

    /**
     * Opens a stream, which ends with its reader or this worker; not with the run, as that can be continued.
     *
     * @param after what the reader has
     * @throws Refusal where there is no such run, or there are too many streams
     */
    void open(Context context, String runId, StreamFilter filter, StreamPlace after) {
        long run = tail.number(runId).orElseThrow(() -> Refusal.noRun(runId));
        room.serve(runId, () -> serve(new SseWriter(context), new Request(runId, run, filter, after)));
    }

    private record Request(String runId, long run, StreamFilter filter, StreamPlace after) {}

    private void serve(SseWriter writer, Request request) throws IOException, InterruptedException {
        StreamPlace after = request.after();
        boolean shows = request.filter().output();
        OpenAttempts open =
                shows ? tail.openAttempts(new JournalTail.Place(request.run(), after.seq())) : new OpenAttempts();
        List<RunEvent> first = page(request, after.seq());
        Bell bell = new Bell();
        try (OutputCursor cursor =
                shows ? output.follow(request.runId(), start(after, open, first), bell::ring) : null) {
            LiveOrder order = LiveOrder.after(open, after.seq(), after.offset());
            LiveReader reader = new LiveReader(writer, request.filter(), order, bell, cursor);
            catchUp(reader, request, first);
            follow(reader, request, bell);
        }
    }

    private List<RunEvent> page(Request request, int after) {
        return history.events(request.runId(), EventFilter.ALL, after, PAGE);
    }

    private static OutputStart start(StreamPlace after, OpenAttempts open, List<RunEvent> next) {
        if (after.offset() >= 0) {
            return new AtOffset(after.offset() + 1);
        }
        return Stream.concat(open.since().stream(), next.stream().limit(1).map(RunEvent::at))
                .min(Instant::compareTo)
                .<OutputStart>map(time -> new AtTime(time.minus(LiveReader.CLOCKS_DIFFER)))
                .orElseGet(AtEnd::new);
    }

    private void catchUp(LiveReader reader, Request request, List<RunEvent> first)
            throws IOException, InterruptedException {
        List<RunEvent> page = first;
        Instant last = null;
        while (!page.isEmpty() && !room.isClosing()) {
            for (List<RunEvent> portion : portions(page)) {
                send(reader, portion, last);
                last = portion.getLast().at();
            }
            page = page(request, page.getLast().seq());
        }
    }

    /** Without a long silence within any of them. */
    private static List<List<RunEvent>> portions(List<RunEvent> page) {
        List<List<RunEvent>> portions = new ArrayList<>();
        int begin = 0;
        for (int i = 1; i <= page.size(); i++) {
            if (i == page.size() || isLong(page.get(i - 1).at(), page.get(i).at())) {
                portions.add(page.subList(begin, i));
                begin = i;
            }
        }
        return portions;
    }

    private static boolean isLong(@Nullable Instant from, Instant to) {
        return from != null && from.plus(LONG_SILENCE).isBefore(to);
    }

    private static void send(LiveReader reader, List<RunEvent> events, @Nullable Instant before)
            throws IOException, InterruptedException {
        Instant begin = events.getFirst().at();
        boolean silent = reader.isQuiet() && isLong(before, begin);
        reader.sendPast(events, silent ? begin.minus(LiveReader.CLOCKS_DIFFER) : null);
    }

    private void follow(LiveReader reader, Request request, Bell bell) throws IOException, InterruptedException {
        EventStream stream = new EventStream(request.runId(), request.run(), reader.seq(), bell);
        live.follow(stream);
        try {
            if (!room.isClosing()) {
                reader.sendLive(stream);
            }
        } finally {
            live.forget(stream);
        }
    }

    @Override
    public void close() {
        room.close();
        live.close();
    }
}
