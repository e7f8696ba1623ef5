package dev.postroad.runtime;

import dev.postroad.runtime.clock.ClockReader;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.database.Pools;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.journal.SetAsideRuns;
import dev.postroad.runtime.journal.SnapshotWriter;
import dev.postroad.runtime.logs.LogWriter;
import dev.postroad.runtime.logs.RepeatedTroubles;
import dev.postroad.runtime.logs.RunLogs;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * A worker's connections to Postgres, and what is kept there.
 *
 * @param shared for whatever has no connections of its own
 * @param journal one connection for each lane
 * @param intake apart, so that a flood of what concerns no run does not keep the rest from Postgres
 * @param reading for answers; nothing is changed by it
 * @param definitions for single definitions, which are wanted in the middle of reading runs by the shared ones
 */
record Storage(
        DataSource shared,
        DataSource journal,
        Jdbi intake,
        DataSource reading,
        Jdbi definitions,
        Jdbi jdbi,
        RunLogs logs,
        RepeatedTroubles troubles,
        SetAsideRuns setAside,
        SnapshotWriter snapshots,
        JournalReader reader,
        PendingCommands pending) {
    private static final int SHARED_CONNECTIONS = 8;
    private static final int INTAKE_CONNECTIONS = 3;
    private static final int HTTP_CONNECTIONS = 4;
    private static final int DEFINITION_CONNECTIONS = 2;

    static Storage open(Foundation on) {
        WorkerSettings settings = on.settings();
        Pools pools = on.part(new Pools(settings.postgres(), settings.workerId(), on.metrics(), on.clock()));
        DataSource shared = pools.writing("postroad", SHARED_CONNECTIONS, "");
        DataSource journal = pools.writing("postroad-journal", settings.lanes(), JournalWriter.PLANNING);
        DataSource intake = pools.writing("postroad-intake", INTAKE_CONNECTIONS, "");
        DataSource reading = pools.reading("postroad-http", HTTP_CONNECTIONS);
        DataSource definitions = pools.reading("postroad-definitions", DEFINITION_CONNECTIONS);
        ClockReader time = on.part(new ClockReader(shared, on.clock()));
        on.limit().untilDone(settings.postgres(), time::read);
        time.start();
        Jdbi jdbi = jdbi(shared);
        RunLogs logs = new RunLogs(on.clock());
        on.part(new LogWriter(logs, shared, settings.workerId(), settings.logRetention(), on.clock()))
                .start();
        RepeatedTroubles troubles = new RepeatedTroubles(logs, on.clock());
        SetAsideRuns setAside = new SetAsideRuns(jdbi, settings.workerId(), troubles::tell);
        SnapshotWriter snapshots = on.part(new SnapshotWriter(shared, on.clock()));
        snapshots.start();
        return new Storage(
                shared,
                journal,
                jdbi(intake),
                reading,
                jdbi(definitions),
                jdbi,
                logs,
                troubles,
                setAside,
                snapshots,
                new JournalReader(shared, setAside, snapshots),
                new PendingCommands(jdbi));
    }

    private static Jdbi jdbi(DataSource connections) {
        return Jdbi.create(connections).installPlugin(new PostgresPlugin());
    }

    /** Commands that came before their run, by the connections of the intake. */
    PendingCommands early() {
        return new PendingCommands(intake);
    }
}
