package dev.postroad.runtime.database;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of a pool, as long as somebody watches it. Confined to the watch's thread.
 */
final class Link {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    /** So much takes a slow line a look longer, before the server has it all. */
    private static final long BYTES_A_LOOK = 128 << 10;

    private final String pool;
    private final WatchedSocket socket;
    private final Session session;
    private long wait;
    private int looks;

    /**
     * A session of the server.
     *
     * @param process of the server that has it
     * @param begun when, by the server's own word for it: numbers of processes are used again
     */
    record Session(int process, String begun) {}

    Link(String pool, WatchedSocket socket, Session session) {
        this.pool = pool;
        this.socket = socket;
        this.session = session;
    }

    Session session() {
        return session;
    }

    boolean isOver() {
        return socket.isClosed();
    }

    /**
     * Looks whether somebody still waits for the same; whether so often now that its server should be asked. Looks are
     * counted, and no time is taken: a process that stood still itself has waited for nobody.
     */
    boolean isSilentFor(int patience) {
        long now = socket.waiting();
        looks = now != 0 && now == wait ? looks + 1 : 0;
        wait = now;
        return looks >= patience + socket.unanswered() / BYTES_A_LOOK;
    }

    /** Its server is at work: it is asked again after as many looks more. */
    void waitOn() {
        looks = 0;
    }

    /** Has whoever waits go on with an error, unless it goes on already; whether it had to. */
    boolean giveUp() {
        if (socket.waiting() != wait) {
            return false;
        }
        LOG.warn(
                "a connection of {} is given up: nothing comes by it, while its session {} is gone from Postgres or has"
                        + " nothing to do",
                pool,
                session.process());
        try {
            socket.close();
        } catch (IOException alreadyClosed) {
            LOG.debug("closing a link that is silent", alreadyClosed);
        }
        return true;
    }
}
