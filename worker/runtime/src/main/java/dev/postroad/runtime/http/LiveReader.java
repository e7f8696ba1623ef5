package dev.postroad.runtime.http;

import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.live.Known;
import dev.postroad.contracts.live.Known.Events;
import dev.postroad.contracts.live.Live;
import dev.postroad.contracts.live.Live.Happened;
import dev.postroad.contracts.live.Live.Shown;
import dev.postroad.contracts.live.LiveOrder;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.output.OutputCursor;
import dev.postroad.runtime.output.OutputCursor.Found;
import dev.postroad.runtime.output.OutputMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends to one reader what happens in a run, and between it what its nodes show. Events come in portions; a portion is
 * sent before the next is asked for, and chunks of output are taken as they are found, so that what is held is bounded.
 * Confined to the thread of the request.
 */
final class LiveReader {
    /** Clocks of workers, and of Kafka's brokers, may differ by as much. */
    static final Duration CLOCKS_DIFFER = Duration.ofSeconds(10);

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final Duration BEAT = Duration.ofMillis(100);

    /** How long an event waits for output while none is read on. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int MOST_CHUNKS = 500;
    private static final int MOST_CHARACTERS = 256 << 10;

    private final SseWriter writer;
    private final StreamFilter filter;
    private final LiveOrder order;
    private final Bell bell;
    private final @Nullable OutputCursor output;
    private Duration silence = Duration.ZERO;
    private Duration waited = Duration.ZERO;
    private long lastPosition;

    /** @param output null where no output is wanted */
    LiveReader(SseWriter writer, StreamFilter filter, LiveOrder order, Bell bell, @Nullable OutputCursor output) {
        this.writer = writer;
        this.filter = filter;
        this.order = order;
        this.bell = bell;
        this.output = output;
    }

    /** The last event that was sent, or that the filter kept back. */
    int seq() {
        return order.seq();
    }

    /** Whether no attempt is under way, and so nothing can be shown. */
    boolean isQuiet() {
        return order.isQuiet();
    }

    /**
     * Sends events that are followed by others, and the output between them.
     *
     * @param silentSince what is older than this was not shown; null where that is not known
     */
    void sendPast(List<RunEvent> events, @Nullable Instant silentSince) throws IOException, InterruptedException {
        add(events, silentSince);
        while (order.events() > 0) {
            if (!sendNext(Events.NOT_ALL)) {
                await(BEAT);
            }
        }
    }

    /** Sends what happens, until the stream ends. */
    void sendLive(EventStream stream) throws IOException, InterruptedException {
        long looks = stream.looksBegun();
        while (!stream.hasEnded()) {
            if (order.events() == 0) {
                add(stream);
            }
            if (order.chunks() == 0) {
                looks = stream.looksBegun();
            }
            if (sendNext(known(stream, looks))) {
                looks = stream.looksBegun();
            } else if (order.events() + order.chunks() > 0) {
                stream.awaitLook();
                await(BEAT);
            } else {
                await(HEARTBEAT);
            }
        }
    }

    /** A look that began after the oldest chunk was found would have brought the event that it waits for. */
    private Events known(EventStream stream, long looks) {
        boolean looked = stream.looksDone() > looks;
        return order.chunks() > 0 && looked && stream.hasRoom() ? Events.ALL : Events.ALMOST_ALL;
    }

    private void add(EventStream stream) {
        RunEvent next = stream.poll();
        if (next == null) {
            return;
        }
        RunEvent last = next;
        for (; next != null; next = stream.poll()) {
            order.add(next);
            last = next;
        }
        mark(null, last);
    }

    private void add(List<RunEvent> events, @Nullable Instant silentSince) {
        events.forEach(order::add);
        mark(silentSince, events.getLast());
    }

    private void mark(@Nullable Instant silentSince, RunEvent last) {
        waited = Duration.ZERO;
        if (output != null) {
            output.mark(new OutputMark(silentSince, last.at().plus(CLOCKS_DIFFER)));
        }
    }

    private boolean sendNext(Events events) throws IOException {
        boolean reached = output == null || output.isReached() || waited.compareTo(PATIENCE) >= 0;
        boolean tookAll = takeOutput();
        // What waits for later events must not keep the reader from what these wait for.
        Optional<Live> next = order.next(new Known((reached && tookAll) || !hasRoom(), events));
        if (next.isPresent()) {
            waited = Duration.ZERO;
            send(next.get());
        }
        return next.isPresent();
    }

    private boolean hasRoom() {
        return order.chunks() < MOST_CHUNKS && order.characters() < MOST_CHARACTERS;
    }

    /** Says whether all that was found is taken. */
    private boolean takeOutput() {
        while (output != null && hasRoom()) {
            Found found = output.poll();
            if (found == null) {
                return true;
            }
            order.add(found.chunk(), found.offset());
        }
        return output == null;
    }

    private void send(Live next) throws IOException {
        String id = new StreamPlace(order.seq(), order.offset()).toString();
        switch (next) {
            case Happened(RunEvent event)
            when filter.accepts(event) -> {
                String data = new String(Json.bytes(PastJson.tree(event)), StandardCharsets.UTF_8);
                writer.event(id, event.typeName(), data);
                silence = Duration.ZERO;
            }
            case Shown(var chunk)
            when filter.accepts(chunk) -> {
                writer.event(id, "output", new String(Json.bytes(chunk.toJson()), StandardCharsets.UTF_8));
                silence = Duration.ZERO;
            }
            case Happened _, Shown _ -> {}
        }
    }

    private void await(Duration most) throws IOException, InterruptedException {
        if (!bell.await(most)) {
            silence = silence.plus(most);
            waited = waited.plus(most);
        }
        long position = output == null ? 0 : output.position();
        if (position != lastPosition) {
            lastPosition = position;
            waited = Duration.ZERO;
        }
        if (silence.compareTo(HEARTBEAT) >= 0) {
            // Else a reader that is gone would never be noticed, nor a worker by its reader.
            writer.comment("nothing new");
            silence = Duration.ZERO;
        }
    }
}
