package dev.postroad.runtime.bulk;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far an order is.
 *
 * @param action as JSON
 * @param selection as JSON
 * @param counts of its runs, by what became of them
 * @param failures the first runs where it was not done
 */
public record BulkReport(
        String id,
        String action,
        String selection,
        @Nullable String by,
        int perSecond,
        Instant createdAt,
        @Nullable Instant cancelledAt,
        @Nullable String cancelledBy,
        @Nullable Instant endedAt,
        Counts counts,
        List<Failure> failures) {

    /** Runs by what became of them. */
    public record Counts(long waiting, long sent, long done, long refused, long silent, long left) {
        /** All of them. */
        public long all() {
            return waiting + sent + done + refused + silent + left;
        }
    }

    /** A run where it was not done, and why. */
    public record Failure(String runId, String reason) {}

    static BulkReport read(ResultSet row) throws SQLException {
        return new BulkReport(
                row.getString("id"),
                row.getString("action"),
                row.getString("selection"),
                row.getString("by"),
                row.getInt("per_second"),
                Rows.requiredTime(row, "created_at"),
                Rows.time(row, "cancelled_at"),
                row.getString("cancelled_by"),
                Rows.time(row, "ended_at"),
                new Counts(
                        row.getLong("waiting"),
                        row.getLong("sent"),
                        row.getLong("done"),
                        row.getLong("refused"),
                        row.getLong("silent"),
                        row.getLong("left_out")),
                List.of());
    }

    BulkReport with(List<Failure> failed) {
        return new BulkReport(
                id, action, selection, by, perSecond, createdAt, cancelledAt, cancelledBy, endedAt, counts, failed);
    }

    /** Whether it is of an order, or of another one that has the same id. */
    boolean isOf(BulkOrder order) {
        return tree(action).equals(order.action()) && BulkFilter.isFor(tree(selection), order.filter());
    }

    /** The state that people read: {@code running}, {@code cancelled} or {@code ended}. */
    public String state() {
        if (endedAt == null) {
            return cancelledAt == null ? "running" : "stopping";
        }
        return cancelledAt == null ? "ended" : "cancelled";
    }

    /** What runs carry that it is for, whatever else they are. */
    public Map<String, String> tags() {
        Map<String, String> tags = new TreeMap<>();
        tree(selection)
                .path("tags")
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return tags;
    }

    /** As HTTP answers it. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id).put("state", state());
        json.set("action", tree(action));
        json.set("filter", tree(selection));
        if (by != null) {
            json.put("by", by);
        }
        json.put("perSecond", perSecond).put("createdAt", createdAt.toString());
        if (cancelledAt != null) {
            json.put("cancelledAt", cancelledAt.toString());
        }
        if (cancelledBy != null) {
            json.put("cancelledBy", cancelledBy);
        }
        if (endedAt != null) {
            json.put("endedAt", endedAt.toString());
        }
        json.putObject("runs")
                .put("all", counts.all())
                .put("waiting", counts.waiting())
                .put("sent", counts.sent())
                .put("done", counts.done())
                .put("refused", counts.refused())
                .put("silent", counts.silent())
                .put("left", counts.left());
        ArrayNode failed = json.putArray("failures");
        failures.forEach(
                failure -> failed.addObject().put("runId", failure.runId()).put("reason", failure.reason()));
        return json;
    }

    private static ObjectNode tree(String text) {
        try {
            return (ObjectNode) Json.readOwn(text);
        } catch (FaultsException unreadable) {
            throw new IllegalStateException("an order is stored that is no JSON", unreadable);
        }
    }
}
