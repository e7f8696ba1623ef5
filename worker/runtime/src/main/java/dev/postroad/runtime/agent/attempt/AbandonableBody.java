package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of an answer that nobody may ever be handed: where the thread that waits for the answer is interrupted just as
 * its headers come, the client neither gives the answer nor aborts the exchange, and the connection would stay as long as
 * the server likes. Thread-safe; for one exchange.
 */
final class AbandonableBody implements HttpResponse.BodyHandler<InputStream> {
    private static final Logger LOG = LoggerFactory.getLogger(AbandonableBody.class);

    private @Nullable InputStream begun;
    private boolean isAbandoned;

    @Override
    public HttpResponse.BodySubscriber<InputStream> apply(HttpResponse.ResponseInfo headers) {
        HttpResponse.BodySubscriber<InputStream> subscriber = HttpResponse.BodySubscribers.ofInputStream();
        var _ = subscriber.getBody().thenAccept(this::begin);
        return subscriber;
    }

    private synchronized void begin(InputStream body) {
        begun = body;
        if (isAbandoned) {
            close(body);
        }
    }

    /** Hangs up, now or as soon as the body begins. */
    synchronized void abandon() {
        isAbandoned = true;
        if (begun != null) {
            close(begun);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException closedAnyway) {
            LOG.debug("hanging up", closedAnyway);
        }
    }
}
