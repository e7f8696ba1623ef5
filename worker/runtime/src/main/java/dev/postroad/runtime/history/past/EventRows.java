package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.journal.JournalColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads rows of {@code postroad.journal}. */
final class EventRows {
    private EventRows() {}

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
}
