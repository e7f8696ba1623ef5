package dev.postroad.runtime.history.past;

import dev.postroad.contracts.live.OpenAttempts;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.journal.JournalColumns;
import java.sql.ResultSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/** Finds what is new in many journals by one look. Thread-safe. */
public final class JournalTail {
    /** So that a run that is far ahead, or large, does not keep the others waiting. */
    private static final int ROWS_OF_A_RUN = 32;

    private static final int BYTES_AT_ONCE = 8 << 20;

    private static final String NEW = "SELECT r.run_id, r.graph, " + JournalColumns.GRAPH_VERSION + ", j.* FROM ("
            + "SELECT fresh.*, sum(octet_length(fresh.data::text)) OVER (ORDER BY fresh.seq, fresh.run)"
            + " - octet_length(fresh.data::text) AS bytes_before"
            + " FROM unnest(:runs::bigint[], :seqs::integer[]) AS known (run, seq)"
            + " CROSS JOIN LATERAL ("
            + "SELECT run, " + JournalColumns.selected("journal")
            + ", data FROM postroad.journal WHERE run = known.run AND seq > known.seq ORDER BY seq LIMIT "
            + ROWS_OF_A_RUN
            + ") fresh) j JOIN postroad.runs r ON r.id = j.run"
            + " WHERE j.bytes_before < " + BYTES_AT_ONCE + " ORDER BY j.run, j.seq";

    private static final String OF_ATTEMPTS =
            "SELECT type, task, attempt, at FROM postroad.journal WHERE run = :run AND seq <= :seq ORDER BY seq";

    private final Jdbi postgres;

    public JournalTail(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /**
     * How far a journal is known.
     *
     * @param run the number of the run
     * @param seq the last event that is known; 0 for none
     */
    public record Place(long run, int seq) {}

    /** The number of a run; empty where there is none of that id. */
    public Optional<Long> number(String runId) {
        return postgres.withHandle(handle -> handle.createQuery("SELECT id FROM postroad.runs WHERE run_id = :runId")
                .bind("runId", runId)
                .mapTo(Long.class)
                .findOne());
    }

    /**
     * Some of what comes next in each of the journals, run by run in its order; what is left out comes with the next
     * look.
     *
     * @param places one for each run
     */
    public List<RunEvent> after(Collection<Place> places) {
        return postgres.withHandle(handle -> handle.createQuery(NEW)
                .bind("runs", array(places.stream().map(Place::run)))
                .bind("seqs", array(places.stream().map(Place::seq)))
                .map((row, context) -> EventRows.event(row))
                .list());
    }

    /** The attempts that are open after the last event that is known. */
    public OpenAttempts openAttempts(Place place) {
        OpenAttempts open = new OpenAttempts();
        if (place.seq() > 0) {
            postgres.useHandle(handle -> handle.createQuery(OF_ATTEMPTS)
                    .bind("run", place.run())
                    .bind("seq", place.seq())
                    .scanResultSet((rows, context) -> {
                        ResultSet row = rows.get();
                        while (row.next()) {
                            open.add(
                                    EventType.ofAny(row.getString("type")),
                                    row.getString("task"),
                                    row.getInt("attempt"),
                                    Rows.requiredTime(row, "at"));
                        }
                        return place;
                    }));
        }
        return open;
    }

    /** As Postgres writes an array of numbers. */
    private static String array(Stream<? extends Number> numbers) {
        return numbers.map(Number::toString).collect(Collectors.joining(",", "{", "}"));
    }
}
