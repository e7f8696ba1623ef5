package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.runtime.availability.AgentEvents;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Prices in Postgres. A record of the registry changes something only where nothing later is stored. Thread-safe. */
final class PriceStore {
    private final Jdbi jdbi;
    private final AgentEvents events;

    PriceStore(Jdbi jdbi, AgentEvents events) {
        this.jdbi = jdbi;
        this.events = events;
    }

    /**
     * A price as it is kept.
     *
     * @param changedAt when it was published or removed
     */
    record Kept(String name, ObjectNode definition, Instant changedAt, boolean removed) {}

    /** Keeps a price, unless something later is there; says whether it is what is there now. */
    boolean publish(PriceDefinition price, Instant publishedAt, @Nullable String by) {
        return jdbi.inTransaction(handle -> {
            String before = definition(handle, price.name());
            boolean isNewest = handle.createUpdate("""
                        INSERT INTO postroad.prices AS p (name, definition, published_at)
                        VALUES (:name, :definition::json, :at)
                        ON CONFLICT (name) DO UPDATE
                        SET definition = excluded.definition, published_at = excluded.published_at, removed_at = NULL
                        WHERE p.published_at < excluded.published_at
                           OR p.published_at = excluded.published_at AND p.removed_at IS NULL""")
                            .bind("name", price.name())
                            .bind("definition", StoredJson.text(price.source()))
                            .bind("at", publishedAt.atOffset(ZoneOffset.UTC))
                            .execute()
                    > 0;
            // Each worker reads the record; the first one that does changes something, and tells it.
            if (isNewest && !StoredJson.text(price.source()).equals(before)) {
                ObjectNode data = JsonNodeFactory.instance.objectNode();
                data.set("definition", price.source());
                events.ofPrice(handle, price.name(), "price.published", AgentEvents.putBy(data, by));
            }
            return isNewest;
        });
    }

    /** What is in force, as it was written; null for nothing. Nobody else changes it until the transaction ends. */
    private static @Nullable String definition(Handle handle, String name) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended('postroad.price/' || ?, 0))", name);
        return handle.createQuery(
                        "SELECT definition::text FROM postroad.prices WHERE name = :name AND removed_at IS NULL")
                .bind("name", name)
                .mapTo(String.class)
                .findOne()
                .orElse(null);
    }

    /** When a price was last published or removed; empty where it never was. */
    Optional<Instant> changedAt(String name) {
        return StoredTimes.changedAt(jdbi, "prices", name);
    }

    /** Removes a price, unless something later is there; says whether it is removed now. */
    boolean remove(String name, Instant removedAt, @Nullable String by) {
        return jdbi.inTransaction(handle -> {
            boolean wasThere = definition(handle, name) != null;
            boolean isRemoved = handle.createUpdate("""
                        UPDATE postroad.prices SET removed_at = :at, published_at = :at
                        WHERE name = :name AND (published_at < :at OR published_at = :at AND removed_at IS NOT NULL)""")
                            .bind("name", name)
                            .bind("at", removedAt.atOffset(ZoneOffset.UTC))
                            .execute()
                    > 0;
            if (isRemoved && wasThere) {
                ObjectNode data = JsonNodeFactory.instance.objectNode();
                events.ofPrice(handle, name, "price.removed", AgentEvents.putBy(data, by));
            }
            return isRemoved;
        });
    }

    /** All prices, those that were removed among them. */
    List<Kept> all() {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "SELECT name, definition, published_at, removed_at IS NOT NULL AS removed FROM postroad.prices")
                .map((row, context) -> new Kept(
                        row.getString("name"),
                        StoredJson.object(row.getString("definition")),
                        row.getObject("published_at", OffsetDateTime.class).toInstant(),
                        row.getBoolean("removed")))
                .list());
    }
}
