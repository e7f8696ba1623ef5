package dev.postroad.runtime.history.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what columns of many tables hold. */
public final class Rows {
    private Rows() {}

    /** The tags of a run; empty where it has none. */
    public static Map<String, String> tags(ResultSet row) throws SQLException {
        Map<String, String> tags = new LinkedHashMap<>();
        JsonNode json = json(row, "tags");
        if (json != null) {
            json.properties()
                    .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        }
        return tags;
    }

    /**
     * A column that holds an object.
     *
     * @throws CorruptHistoryException where it does not
     */
    public static ObjectNode object(ResultSet row, String column) throws SQLException {
        if (requiredJson(row, column) instanceof ObjectNode object) {
            return object;
        }
        throw new CorruptHistoryException("the column " + column + " holds no object", null);
    }

    /** A column of JSON that is never null. */
    public static JsonNode requiredJson(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(json(row, column), column);
    }

    /**
     * A column of JSON; null where it is.
     *
     * @throws CorruptHistoryException where this release cannot read it
     */
    public static @Nullable JsonNode json(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        try {
            return text == null ? null : Json.readOwn(text);
        } catch (FaultsException unreadable) {
            throw new CorruptHistoryException("the column " + column + " cannot be read", unreadable);
        }
    }

    /** A time that is never null. */
    public static Instant requiredTime(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(time(row, column), column);
    }

    /** A time; null where it is. */
    public static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
