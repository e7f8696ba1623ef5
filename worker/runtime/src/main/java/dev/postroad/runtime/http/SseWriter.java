package dev.postroad.runtime.http;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes server-sent events, each at once. Confined to the thread of its request: Javalin's own would go on with a request
 * whose reader is gone, and that the server has put to another use.
 */
final class SseWriter {
    private final OutputStream out;
    private final CallerConnection caller;
    private final Context context;

    /** Begins the answer. */
    SseWriter(Context context) throws IOException {
        this.context = context;
        caller = CallerConnection.of(context);
        HttpServletResponse response = context.res();
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-cache");
        // Some proxies gather what they pass on, unless they are told.
        response.setHeader("X-Accel-Buffering", "no");
        response.flushBuffer();
        out = response.getOutputStream();
        caller.listens();
    }

    /** @param data without line breaks */
    void event(String id, String type, String data) throws IOException {
        write("id: " + id + "\nevent: " + type + "\ndata: " + data + "\n\n");
    }

    void comment(String text) throws IOException {
        write(": " + text + "\n\n");
    }

    private void write(String text) throws IOException {
        if (!Guard.staysIn(context)) {
            throw new IOException("the token of the reader was taken away");
        }
        caller.isAnswered();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        caller.listens();
    }
}
