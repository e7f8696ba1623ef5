package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.journal.JournalColumns;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads rows. */
final class Rows {
    /** What {@link #summary} reads of {@code postroad.runs}. */
    static final String SUMMARY_COLUMNS = """
            run_id, graph, version, status, priority, input, tags, error, queued_at, started_at, ended_at, wake_at, waits_for,
            CASE WHEN questions_seq = status_seq AND status IN ('waiting', 'paused', 'failed')
                 THEN json_array_length(questions) END AS asked""";

    private Rows() {}

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
                requiredJson(row, "input"),
                tags(row),
                json(row, "error"),
                requiredTime(row, "queued_at"),
                time(row, "started_at"),
                time(row, "ended_at"),
                waits(row),
                setAside);
    }

    private static RunSummary.@Nullable Waits waits(ResultSet row) throws SQLException {
        int questions = row.getInt("asked");
        Array agents = row.getArray("waits_for");
        Instant until = time(row, "wake_at");
        if (questions == 0 && agents == null && until == null) {
            return null;
        }
        return new RunSummary.Waits(
                questions, agents == null ? List.of() : List.of((String[]) agents.getArray()), until);
    }

    /** A run, and what keeps it from going on. */
    static RunSummary summaryWithReason(ResultSet row) throws SQLException {
        String why = row.getString("why");
        return summary(
                row,
                why == null ? null : new RunSummary.SetAside(why, row.getString("worker"), requiredTime(row, "since")));
    }

    static RunEvent event(ResultSet row) throws SQLException {
        JsonNode data = eventData(row);
        EventColumns columns = JournalColumns.read(row);
        return RunEvent.of(
                row.getString("run_id"),
                row.getString("graph"),
                row.getInt("graph_version"),
                data == null ? EventType.UNKNOWN : EventType.ofAny(columns.typeName()),
                columns,
                data == null ? JsonNodeFactory.instance.objectNode().put("omitted", true) : data);
    }

    /** Null where it is deeper, or larger, than this release reads; the event is shown without it. */
    private static @Nullable JsonNode eventData(ResultSet row) throws SQLException {
        try {
            return Json.readOwn(row.getString("data"));
        } catch (FaultsException unreadable) {
            return null;
        }
    }

    static QueueReport.Line line(ResultSet row) throws SQLException {
        return new QueueReport.Line(
                row.getString("graph"),
                row.getInt("priority"),
                row.getLong("queued"),
                row.getLong("running"),
                time(row, "oldest_queued_at"));
    }

    static Map<String, String> tags(ResultSet row) throws SQLException {
        Map<String, String> tags = new LinkedHashMap<>();
        JsonNode json = json(row, "tags");
        if (json != null) {
            json.properties()
                    .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        }
        return tags;
    }

    static ObjectNode object(ResultSet row, String column) throws SQLException {
        if (requiredJson(row, column) instanceof ObjectNode object) {
            return object;
        }
        throw new CorruptHistoryException("the column " + column + " holds no object", null);
    }

    static JsonNode requiredJson(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(json(row, column), column);
    }

    static @Nullable JsonNode json(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        try {
            return text == null ? null : Json.readOwn(text);
        } catch (FaultsException unreadable) {
            throw new CorruptHistoryException("the column " + column + " cannot be read", unreadable);
        }
    }

    static Instant requiredTime(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(time(row, column), column);
    }

    static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
