package dev.postroad.runtime.http;

import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.past.LogFilter;
import dev.postroad.runtime.history.past.LogLine;
import dev.postroad.runtime.history.past.RunLog;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sends the lines of runs' logs as they are written, as server-sent events. Each reader is served by the thread of its
 * request, which looks for more on its own: so there are fewer of these streams than of events. Thread-safe.
 */
final class LogStreams implements AutoCloseable {
    private static final int PAGE = 500;
    private static final long MILLIS_BETWEEN_LOOKS = 500;
    private static final int LOOKS_BETWEEN_HEARTBEATS = 10;

    private final RunLog log;
    private final StreamRoom room;

    /** @param most how many may be open at a time */
    LogStreams(RunLog log, int most) {
        this.log = log;
        room = new StreamRoom("logs", most);
    }

    /**
     * Opens a stream, which ends with its reader or this worker; not with the run, as that can be continued.
     *
     * @param after the last line that the reader has; 0 for none
     * @throws Refusal where there are too many streams
     */
    void open(Context context, String runId, LogFilter filter, long after) {
        room.serve(runId, () -> follow(new SseWriter(context), runId, filter, after));
    }

    private void follow(SseWriter writer, String runId, LogFilter filter, long after)
            throws IOException, InterruptedException {
        long last = after;
        int silentLooks = 0;
        while (!room.isClosing()) {
            List<LogLine> page = log.lines(runId, filter, last, PAGE);
            for (LogLine line : page) {
                writer.event(Long.toString(line.id()), "log", data(line));
                last = line.id();
            }
            silentLooks = page.isEmpty() ? silentLooks + 1 : 0;
            if (silentLooks == LOOKS_BETWEEN_HEARTBEATS) {
                // Else a reader that is gone would never be noticed, nor a worker by its reader.
                writer.comment("nothing new");
                silentLooks = 0;
            }
            if (page.size() < PAGE && room.awaitClosing(MILLIS_BETWEEN_LOOKS)) {
                return;
            }
        }
    }

    private static String data(LogLine line) {
        return new String(Json.bytes(line.toJson()), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        room.close();
    }
}
