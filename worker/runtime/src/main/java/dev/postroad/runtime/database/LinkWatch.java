package dev.postroad.runtime.database;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.config.PostgresSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up connections whose packets vanish without anybody's being told, as when a firewall forgot them: whoever waits
 * for an answer on one connects anew at once, and not when the time of its socket is over.
 *
 * <p>A statement that takes long, or waits for a lock, is as silent. So where nothing was heard for some seconds, Postgres
 * is asked by a new connection what that session does: while it is at work, it is waited for. Where Postgres cannot be
 * asked, all wait as they would have without this. Behind a pooler, or where the address names sockets of its own, nobody
 * can be asked about, and nothing is watched. Thread-safe; owns one thread.
 */
final class LinkWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);
    private static final long LOOK_EVERY_MILLIS = 1_000;

    /** So many looks find nothing before Postgres is asked. */
    private static final int PATIENCE = 3;

    private final PostgresSettings postgres;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Rounds rounds;

    LinkWatch(PostgresSettings postgres, InstantSource clock) {
        this.postgres = postgres;
        this.rounds = new Rounds(
                "postroad-database:links", "connections that are silent", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Begins. */
    void start() {
        rounds.start();
    }

    /**
     * Watches a connection, until it is closed.
     *
     * @param pool names it, for people
     */
    void watch(String pool, Connection connection, WatchedSocket socket) throws SQLException {
        SessionLook.of(connection).ifPresent(session -> links.add(new Link(pool, socket, session)));
    }

    private void look() {
        links.removeIf(Link::isOver);
        List<Link> silent =
                links.stream().filter(link -> link.isSilentFor(PATIENCE)).toList();
        if (silent.isEmpty()) {
            return;
        }
        try (SessionLook look = SessionLook.open(postgres)) {
            if (look.isAtPrimary()) {
                giveUp(silent, look);
            }
        } catch (SQLException away) {
            LOG.debug("Postgres cannot be asked about connections that are silent", away);
        }
    }

    private static void giveUp(List<Link> silent, SessionLook look) throws SQLException {
        Set<Link.Session> atWork =
                look.atWork(silent.stream().map(Link::session).toList());
        List<Link.Session> over = new ArrayList<>();
        for (Link link : silent) {
            if (atWork.contains(link.session())) {
                link.waitOn();
            } else if (link.giveUp()) {
                over.add(link.session());
            }
        }
        // Not before all are given up, each of which has somebody wait.
        for (Link.Session session : over) {
            end(session, look);
        }
    }

    private static void end(Link.Session session, SessionLook look) {
        try {
            look.end(session);
        } catch (SQLException refused) {
            LOG.debug("session {} ends when Postgres finds its client gone", session.process(), refused);
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
