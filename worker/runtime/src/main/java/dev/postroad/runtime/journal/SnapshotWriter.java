package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunCodec;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes snapshots, on a thread of its own. Whoever writes one, and however late, it tells what the journal tells up to its
 * row, so it needs no owner's epoch. Where it cannot keep up, or Postgres is away, some are left out: nobody needs them.
 */
public final class SnapshotWriter implements SnapshotDesk, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWriter.class);
    private static final int MOST_WAITING = 32;
    private static final String WRITE = """
        INSERT INTO postroad.snapshots AS s (run, version, seq, layout, state, rest, checksum)
        VALUES (?, ?, ?, ?, ?::json, ?::json, ?)
        ON CONFLICT (run, version) DO UPDATE
        SET seq = excluded.seq, layout = excluded.layout, state = excluded.state, rest = excluded.rest,
            checksum = excluded.checksum
        WHERE s.seq < excluded.seq OR s.layout <> excluded.layout""";

    private final BlockingQueue<Offer> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final DataSource database;
    private final Repeats repeats;
    private final Thread thread =
            Thread.ofPlatform().name("postroad-snapshots").daemon().unstarted(this::loop);

    private record Offer(RunKey key, Run run, SnapshotPace pace, long bytesSince) {}

    public SnapshotWriter(DataSource database, InstantSource clock) {
        this.database = database;
        this.repeats = new Repeats(LOG, clock);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    @Override
    public void offer(RunKey key, Run run, SnapshotPace pace, long bytesSince) {
        boolean _ = waiting.offer(new Offer(key, run, pace, bytesSince));
    }

    private void loop() {
        while (true) {
            try {
                write(waiting.take());
            } catch (InterruptedException closed) {
                return;
            } catch (SQLException away) {
                repeats.warn("a snapshot cannot be written, and is left out", away);
            } catch (RuntimeException | VirtualMachineError defect) {
                Memory.passOnIfShort(defect);
                repeats.warn("a snapshot cannot be made, and is left out: " + defect);
            }
        }
    }

    private void write(Offer offer) throws SQLException {
        StoredSnapshot snapshot = StoredSnapshot.of(offer.run);
        offer.pace.weighs(snapshot.bytes());
        if (snapshot.bytes() > offer.bytesSince) {
            return;
        }
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WRITE)) {
            statement.setLong(1, offer.key.number());
            statement.setInt(2, offer.run.version());
            statement.setInt(3, offer.run.seq());
            statement.setInt(4, RunCodec.LAYOUT);
            statement.setString(5, new String(snapshot.state(), StandardCharsets.UTF_8));
            statement.setString(6, new String(snapshot.rest(), StandardCharsets.UTF_8));
            statement.setLong(7, snapshot.checksum());
            statement.executeUpdate();
        }
    }

    /** Leaves out what is not written yet. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
