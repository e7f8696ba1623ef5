package dev.postroad.runtime.history.runs;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.rows.Rows;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of {@code postroad.runs}. */
final class RunRows {
    /** What {@link #summary} reads of {@code postroad.runs}, besides what was spent and where they are. */
    static final String COLUMNS_BUT_SPENT = """
            run_id, graph, version, status, priority, input, tags, error, queued_at, started_at, ended_at, wake_at, waits_for,
            CASE WHEN questions_seq = status_seq AND status IN ('waiting', 'paused', 'failed')
                 THEN json_array_length(questions) END AS asked""";

    /** All that {@link #summary} reads of {@code postroad.runs}, besides where they are. */
    static final String SUMMARY_COLUMNS = COLUMNS_BUT_SPENT + ", tokens, cost";

    private RunRows() {}

    static RunSummary summary(ResultSet row) throws SQLException {
        return summary(row, null);
    }

    private static RunSummary summary(ResultSet row, RunSummary.@Nullable SetAside setAside) throws SQLException {
        return new RunSummary(
                row.getString("run_id"),
                row.getString("graph"),
                row.getInt("version"),
                RunStatus.of(row.getString("status")),
                row.getInt("priority"),
                Rows.requiredJson(row, "input"),
                Rows.tags(row),
                Rows.json(row, "error"),
                Rows.requiredTime(row, "queued_at"),
                Rows.time(row, "started_at"),
                Rows.time(row, "ended_at"),
                waits(row),
                setAside,
                spent(row),
                RunPlaces.of(row));
    }

    private static RunSummary.@Nullable Waits waits(ResultSet row) throws SQLException {
        int questions = row.getInt("asked");
        Array agents = row.getArray("waits_for");
        Instant until = Rows.time(row, "wake_at");
        if (questions == 0 && agents == null && until == null) {
            return null;
        }
        return new RunSummary.Waits(
                questions, agents == null ? List.of() : List.of((String[]) agents.getArray()), until);
    }

    private static RunSummary.@Nullable Spent spent(ResultSet row) throws SQLException {
        long tokens = row.getLong("tokens");
        BigDecimal cost = row.getBigDecimal("cost");
        return tokens == 0 && cost == null ? null : new RunSummary.Spent(tokens, cost);
    }

    /** A run, and what keeps it from going on. */
    static RunSummary summaryWithReason(ResultSet row) throws SQLException {
        String why = row.getString("why");
        return summary(
                row,
                why == null
                        ? null
                        : new RunSummary.SetAside(why, row.getString("worker"), Rows.requiredTime(row, "since")));
    }
}
