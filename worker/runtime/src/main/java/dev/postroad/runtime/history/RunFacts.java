package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What tells why a run stands where it stands, beside its summary.
 *
 * @param limited whether its graph limits how many of its runs go at once
 * @param called whether it has its turn among these
 * @param rank its place in the queue
 * @param questions what people are asked; null for nothing
 */
record RunFacts(
        long number,
        boolean limited,
        boolean called,
        Instant rank,
        @Nullable JsonNode questions) {
    static final String QUERY = """
            SELECT id, limited, turn_at, rank, CASE WHEN questions_seq = status_seq THEN questions END AS questions
            FROM postroad.runs WHERE run_id = :runId""";

    static RunFacts of(ResultSet row) throws SQLException {
        return new RunFacts(
                row.getLong("id"),
                row.getBoolean("limited"),
                row.getString("turn_at") != null,
                Rows.requiredTime(row, "rank"),
                Rows.json(row, "questions"));
    }
}
