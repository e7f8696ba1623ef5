package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.http.ListingLooks.Look;
import dev.postroad.runtime.http.ListingLooks.Seen;
import dev.postroad.runtime.http.ListingLooks.Wanted;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Sends what changes in listings of runs, as server-sent events: first all that is there, then what is new, or other than it
 * was, or no longer wanted. Each reader is served by the thread of its request. Thread-safe.
 */
final class ListingStreams implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final ListingLooks looks;
    private final StreamRoom room;

    /** @param most how many may be open at a time */
    ListingStreams(RunHistory history, int most, InstantSource clock) {
        looks = new ListingLooks(history, clock);
        room = new StreamRoom("listings", most);
    }

    /**
     * Opens a stream, which ends with its reader or this worker. One that connects again is sent all that is there.
     *
     * @throws Refusal where there are too many streams
     */
    void open(Context context, Wanted wanted) {
        room.serve("all", () -> follow(new SseWriter(context), wanted));
    }

    private void follow(SseWriter writer, Wanted wanted) throws IOException, InterruptedException {
        Bell bell = new Bell();
        Look look = looks.follow(wanted, bell);
        try {
            ListingChange change = new ListingChange(wanted.order());
            int sent = 0;
            while (!room.isClosing()) {
                Seen seen = look.seen();
                Optional<ObjectNode> news = seen == null ? Optional.empty() : change.after(seen);
                if (news.isPresent()) {
                    sent++;
                    writer.event(Integer.toString(sent), "change", text(news.get()));
                }
                if (!bell.await(HEARTBEAT)) {
                    // Else a reader that is gone would never be noticed, nor a worker by its reader.
                    writer.comment("nothing new");
                }
            }
        } finally {
            looks.forget(wanted, bell);
        }
    }

    private static String text(ObjectNode json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        room.close();
        looks.close();
    }
}
