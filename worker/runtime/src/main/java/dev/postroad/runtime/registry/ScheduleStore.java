package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.runtime.availability.AgentEvents;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Schedules in Postgres, as they are published. A record changes something only where nothing later is stored. Whoever
 * starts their runs sees that by the revision. Thread-safe.
 */
final class ScheduleStore {
    private final Jdbi jdbi;
    private final AgentEvents events;

    ScheduleStore(Jdbi jdbi, AgentEvents events) {
        this.jdbi = jdbi;
        this.events = events;
    }

    /** When each schedule was last published or removed. */
    List<StoredChange> changes() {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "SELECT name, published_at, removed_at IS NOT NULL AS removed FROM postroad.schedules")
                .map((row, context) -> new StoredChange(
                        new RegistryKey(RegistryKey.Kind.SCHEDULE, row.getString("name")),
                        row.getObject("published_at", OffsetDateTime.class).toInstant(),
                        row.getBoolean("removed")))
                .list());
    }

    /** When a schedule was last published or removed; empty where it never was. */
    Optional<Instant> changedAt(String name) {
        return StoredTimes.changedAt(jdbi, "schedules", name);
    }

    /**
     * Keeps a definition, unless something later is there. It begins with what is due after it was published: what another
     * definition would have been due before is nobody's concern.
     *
     * @param by who published it; null where nobody said
     */
    void publish(ScheduleDefinition schedule, Instant publishedAt, @Nullable String by) {
        jdbi.useTransaction(handle -> {
            int changed = keep(handle, schedule, publishedAt);
            if (changed > 0) {
                note(handle, schedule.name(), "schedule.published", by);
            }
        });
    }

    private void note(Handle handle, String name, String type, @Nullable String by) {
        events.ofSchedule(handle, name, type, AgentEvents.putBy(JsonNodeFactory.instance.objectNode(), by));
    }

    private static int keep(Handle handle, ScheduleDefinition schedule, Instant publishedAt) {
        return handle.createUpdate("""
                INSERT INTO postroad.schedules AS s (name, definition, published_at, paused, paused_at, decided_until)
                VALUES (:name, :definition::json, :at, coalesce(:paused, false), CASE WHEN :paused THEN now() END,
                        least(:at, now()))
                ON CONFLICT (name) DO UPDATE
                SET definition = excluded.definition, published_at = excluded.published_at, removed_at = NULL,
                    revision = s.revision + 1, decided_until = greatest(s.decided_until, excluded.decided_until),
                    last_run = CASE WHEN s.removed_at IS NULL THEN s.last_run END,
                    paused = coalesce(:paused, s.paused AND s.removed_at IS NULL),
                    paused_at = CASE WHEN NOT coalesce(:paused, s.removed_at IS NULL) THEN NULL
                                     WHEN s.paused THEN s.paused_at ELSE excluded.paused_at END,
                    paused_by = CASE WHEN coalesce(:paused, s.removed_at IS NULL) THEN s.paused_by END,
                    paused_reason = CASE WHEN coalesce(:paused, s.removed_at IS NULL) THEN s.paused_reason END
                WHERE s.published_at < excluded.published_at""")
                .bind("name", schedule.name())
                .bind("definition", StoredJson.text(schedule.source()))
                .bind("at", publishedAt.atOffset(ZoneOffset.UTC))
                .bind("paused", schedule.paused())
                .execute();
    }

    /** Removes a schedule with what waits of it, unless something later is there; says whether it is removed now. */
    boolean remove(String name, Instant removedAt, @Nullable String by) {
        return jdbi.inTransaction(handle -> {
            int changed = handle.execute(
                    """
                    UPDATE postroad.schedules SET removed_at = ?, published_at = ?, revision = revision + 1
                    WHERE name = ? AND published_at < ?""",
                    removedAt.atOffset(ZoneOffset.UTC),
                    removedAt.atOffset(ZoneOffset.UTC),
                    name,
                    removedAt.atOffset(ZoneOffset.UTC));
            if (changed > 0) {
                note(handle, name, "schedule.removed", by);
            }
            boolean isRemoved = handle.createQuery(
                            "SELECT removed_at IS NOT NULL FROM postroad.schedules WHERE name = :name")
                    .bind("name", name)
                    .mapTo(Boolean.class)
                    .findOne()
                    .orElse(false);
            if (isRemoved) {
                handle.execute("DELETE FROM postroad.schedule_runs WHERE schedule = ?", name);
            }
            return isRemoved;
        });
    }
}
