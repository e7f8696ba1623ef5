package dev.postroad.runtime.agent.attempt;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Protocol;
import okhttp3.Response;

/**
 * Looks whether a server has hung up on a connection of HTTP/1.1 that rested a while, before anything is sent on it: common
 * servers do after two to five seconds, and OkHttp looks after ten. Where it hung up while a request was on its way, that is
 * told. On one of HTTP/2 somebody listens all the time. Thread-safe.
 */
final class RestedConnections implements Interceptor {
    private static final Duration LONG = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Map<Connection, Instant> usedAt = Collections.synchronizedMap(new WeakHashMap<>());
    /** Who hangs up on one does so on others at the same time: all are looked at for a while, before anything is sent. */
    private volatile Instant hungUpAt = Instant.MIN;

    /** The connection is of no use, and nothing was sent on it. */
    static final class StaleException extends IOException {
        private static final long serialVersionUID = 1L;

        StaleException() {
            super("the server had hung up");
        }
    }

    RestedConnections(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Connection connection = Objects.requireNonNull(chain.connection());
        if (connection.protocol() == Protocol.HTTP_2) {
            return chain.proceed(chain.request());
        }
        Instant last = usedAt.get(connection);
        Instant now = clock.instant();
        boolean isDoubtful = last != null
                && (last.plus(LONG).isBefore(now) || !hungUpAt.plus(LONG).isBefore(now));
        if (isDoubtful && hasHungUp(connection.socket())) {
            throw new StaleException();
        }
        Instant sent = clock.instant();
        try {
            return chain.proceed(chain.request());
        } catch (IOException broken) {
            boolean isPrompt = !sent.plus(LONG).isBefore(clock.instant());
            if (last != null && isPrompt && isHangUp(broken) && !chain.call().isCanceled()) {
                hungUpAt = clock.instant();
                throw new HungUpException(broken);
            }
            throw broken;
        } finally {
            usedAt.put(connection, clock.instant());
        }
    }

    private static boolean isHangUp(IOException broken) {
        return broken instanceof SocketException || broken.getCause() instanceof EOFException;
    }

    /** Closes it where it has, so that nobody else takes it. */
    private static boolean hasHungUp(Socket socket) throws IOException {
        int limit = socket.getSoTimeout();
        try {
            socket.setSoTimeout(1);
            // Whatever comes before it was asked for makes the connection useless too.
            int _ = socket.getInputStream().read();
        } catch (SocketTimeoutException silent) {
            socket.setSoTimeout(limit);
            return false;
        } catch (IOException broken) {
            if (Thread.currentThread().isInterrupted()) {
                throw broken;
            }
        }
        socket.close();
        return true;
    }
}
