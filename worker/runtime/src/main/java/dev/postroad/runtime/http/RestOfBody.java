package dev.postroad.runtime.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is left of a request's body before the request is answered. Whoever is refused early, such as for a body that
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
        // A caller that asks before it sends its body has not sent it.
        if (hasBody && (context.header("Expect") != null || !isTaken(context))) {
            context.header("Connection", "close");
        }
    }

    private static boolean isTaken(Context context) {
        byte[] unread = new byte[AT_ONCE];
        try {
            InputStream in = context.req().getInputStream();
            long taken = 0;
            for (int read = in.read(unread); read >= 0; read = in.read(unread)) {
                taken += read;
                if (taken > MOST) {
                    return false;
                }
            }
            return true;
        } catch (IOException brokenOff) {
            LOG.debug("{} {}", context.method(), context.path(), brokenOff);
            return false;
        }
    }
}
