package dev.postroad.runtime.registry;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Reads when definitions were changed that have one row each. */
final class StoredTimes {
    private StoredTimes() {}

    /** When what has a name in a table was published or removed; empty where it never was. */
    static Optional<Instant> changedAt(Jdbi jdbi, String table, String name) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "SELECT published_at FROM postroad." + table + " WHERE name = :name")
                .bind("name", name)
                .map((row, context) ->
                        row.getObject("published_at", OffsetDateTime.class).toInstant())
                .findOne());
    }
}
