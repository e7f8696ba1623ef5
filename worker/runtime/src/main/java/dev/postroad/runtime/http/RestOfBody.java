package dev.postroad.runtime.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is left of a request's body once the request is answered. Whoever is refused early, such as for a body that
 * is too long, is still sending: were the connection closed on what nobody reads, the answer would be lost with it, and so
 * would be the next request where the caller thinks that the connection is kept.
 */
final class RestOfBody {
    private static final Logger LOG = LoggerFactory.getLogger(RestOfBody.class);

    /** In bytes; of a body that is longer the connection is closed. The time for it is the request's. */
    private static final long MOST = 16 << 20;

    private static final int AT_ONCE = 16 << 10;

    private RestOfBody() {}

    static void take(Context context) {
        boolean hasBody = context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
        if (!hasBody) {
            return;
        }
        // A caller that asks before it sends its body has not sent it.
        if (context.header("Expect") != null) {
            context.header("Connection", "close");
            return;
        }
        try {
            ServletInputStream body = context.req().getInputStream();
            if (!body.isFinished()) {
                answer(context);
                CallerConnection.of(context).sendsRest();
                takeAll(body);
            }
        } catch (IOException brokenOff) {
            LOG.debug("{} {}", context.method(), context.path(), brokenOff);
        }
    }

    /** The rest may never come, and is not what the answer waits for. */
    private static void answer(Context context) throws IOException {
        InputStream result = context.resultInputStream();
        if (result == null) {
            return;
        }
        byte[] answer = result.readAllBytes();
        HttpServletResponse response = context.res();
        response.setContentLength(answer.length);
        response.getOutputStream().write(answer);
        response.flushBuffer();
        context.result(InputStream.nullInputStream());
    }

    private static void takeAll(InputStream body) throws IOException {
        byte[] unread = new byte[AT_ONCE];
        long taken = 0;
        for (int read = body.read(unread); read >= 0 && taken <= MOST; read = body.read(unread)) {
            taken += read;
        }
    }
}
