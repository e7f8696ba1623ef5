package dev.postroad.runtime.retention;

import java.util.Collection;
import org.jdbi.v3.core.Jdbi;

/** How much room runs take in Postgres, about. Thread-safe. */
public final class RoomOfRuns {
    /** What a row takes besides its data, its share of the indexes among it. */
    private static final int BYTES_OF_A_ROW = 150;

    private static final int BYTES_OF_A_RUN = 600;

    private static final String ROOM = """
            SELECT count(*) AS runs,
                   coalesce(sum(:run + pg_column_size(r.input) + coalesce(pg_column_size(r.error), 0)
                                + coalesce(j.bytes, 0) + coalesce(s.bytes, 0)), 0)::bigint AS bytes
            FROM postroad.runs r
            LEFT JOIN LATERAL (
                SELECT sum(:row + pg_column_size(j.data)) AS bytes FROM postroad.journal j WHERE j.run = r.id) j ON true
            LEFT JOIN LATERAL (
                SELECT sum(:row + pg_column_size(s.state) + pg_column_size(s.rest)) AS bytes
                FROM postroad.snapshots s WHERE s.run = r.id) s ON true
            WHERE r.run_id = ANY (:runIds)""";

    private final Jdbi jdbi;

    public RoomOfRuns(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** How many bytes some runs take, with all that hangs on them. */
    public long bytes(Collection<String> runIds) {
        return jdbi.withHandle(handle -> handle.createQuery(ROOM)
                .bind("run", BYTES_OF_A_RUN)
                .bind("row", BYTES_OF_A_ROW)
                .bindArray("runIds", String.class, runIds)
                .map((row, context) -> row.getLong("bytes"))
                .one());
    }
}
