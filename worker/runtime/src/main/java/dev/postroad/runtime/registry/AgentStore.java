package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.LiteralSecrets;
import dev.postroad.runtime.availability.AgentEventType;
import dev.postroad.runtime.availability.AgentEvents;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Agents in Postgres. Every worker reads every record of the registry, again at each start, so a record changes
 * something only where nothing later is stored; whoever changes it tells of it, in the same transaction. Thread-safe.
 */
final class AgentStore {
    private static final String BY_NAME =
            "SELECT name, definition, published_at, removed_at IS NOT NULL AS removed FROM postroad.agents";

    private final Jdbi jdbi;
    private final AgentEvents events;

    AgentStore(Jdbi jdbi, AgentEvents events) {
        this.jdbi = jdbi;
        this.events = events;
    }

    /**
     * An agent as it is kept.
     *
     * @param publishedAt when it was published or removed; the epoch for one that is known without a definition
     */
    record Kept(String name, ObjectNode definition, Instant publishedAt, boolean removed) {}

    /** Keeps a definition, unless something later is there; says whether it is what is there now. */
    boolean publish(AgentDefinition agent, Instant publishedAt, @Nullable String by) {
        return jdbi.inTransaction(handle -> {
            Optional<Kept> before = locked(handle, agent.name());
            if (before.isPresent() && !before.get().publishedAt().isBefore(publishedAt)) {
                Kept kept = before.get();
                return !kept.removed() && kept.definition().equals(agent.source());
            }
            handle.execute(
                    """
                    INSERT INTO postroad.agents (name, kind, definition, published_at) VALUES (?, ?, ?::json, ?)
                    ON CONFLICT (name) DO UPDATE
                    SET kind = excluded.kind, definition = excluded.definition, published_at = excluded.published_at,
                        removed_at = NULL""",
                    agent.name(),
                    agent.kind().publicName(),
                    StoredJson.text(agent.source()),
                    publishedAt.atOffset(ZoneOffset.UTC));
            beginAfresh(handle, agent, before);
            tell(handle, agent, before, by);
            return true;
        });
    }

    /** Who comes back after a removal is as good as new, and who has no circuit breaker any more has none that is open. */
    private static void beginAfresh(Handle handle, AgentDefinition agent, Optional<Kept> before) {
        boolean comesBack = before.filter(Kept::removed).isPresent();
        if (comesBack) {
            handle.execute("""
                    UPDATE postroad.agents
                    SET enabled = true, disabled_by = NULL, disabled_reason = NULL, disabled_at = NULL, probe_at = NULL
                    WHERE name = ? AND NOT enabled""", agent.name());
        }
        if (comesBack || !agent.guard().circuitBreaker().enabled()) {
            handle.execute("""
                    UPDATE postroad.agents SET breaker = 'closed', breaker_until = NULL, openings = 0
                    WHERE name = ? AND breaker <> 'closed'""", agent.name());
        }
    }

    private void tell(Handle handle, AgentDefinition agent, Optional<Kept> before, @Nullable String by) {
        ObjectNode data =
                JsonNodeFactory.instance.objectNode().put("kind", agent.kind().publicName());
        AgentEvents.putBy(data, by);
        boolean isNew = before.filter(
                        kept -> !kept.removed() && !kept.publishedAt().equals(Instant.EPOCH))
                .isEmpty();
        if (isNew) {
            events.append(handle, agent.name(), AgentEventType.REGISTERED, data);
            return;
        }
        ObjectNode old = before.get().definition();
        if (!old.equals(agent.source())) {
            Set<String> changed = changed(old, agent.source());
            changed.forEach(data.putArray("changed")::add);
            data.set("before", LiteralSecrets.masked(old).deepCopy().retain(changed));
            data.set("after", LiteralSecrets.masked(agent.source()).deepCopy().retain(changed));
            events.append(handle, agent.name(), AgentEventType.CHANGED, data);
        }
    }

    /** The settings that differ. */
    private static Set<String> changed(ObjectNode old, ObjectNode source) {
        Set<String> fields = new TreeSet<>();
        old.fieldNames().forEachRemaining(fields::add);
        source.fieldNames().forEachRemaining(fields::add);
        fields.removeIf(field -> Objects.equals(old.get(field), source.get(field)));
        return fields;
    }

    /** Removes an agent, unless something later is there; says whether it is removed now. */
    boolean remove(String name, Instant removedAt, @Nullable String by) {
        return jdbi.inTransaction(handle -> {
            Optional<Kept> before = locked(handle, name);
            if (before.isEmpty() || !before.get().publishedAt().isBefore(removedAt)) {
                return before.isPresent() && before.get().removed();
            }
            handle.createUpdate("UPDATE postroad.agents SET removed_at = :at, published_at = :at WHERE name = :name")
                    .bind("at", removedAt.atOffset(ZoneOffset.UTC))
                    .bind("name", name)
                    .execute();
            if (!before.get().removed()) {
                ObjectNode data = AgentEvents.putBy(JsonNodeFactory.instance.objectNode(), by);
                events.append(handle, name, AgentEventType.REMOVED, data);
            }
            return true;
        });
    }

    /** Has a row for each Java agent that needs no definition, so that it can be seen and disabled. */
    void introduce(Collection<String> javaAgents) {
        jdbi.useHandle(handle -> javaAgents.forEach(name ->
                handle.execute("""
                INSERT INTO postroad.agents (name, kind, definition, published_at) VALUES (?, 'java', ?::json, ?)
                ON CONFLICT (name) DO NOTHING""", name, StoredJson.text(undefined(name)), Instant.EPOCH.atOffset(ZoneOffset.UTC))));
    }

    /** The definition of a Java agent that has none. */
    static ObjectNode undefined(String name) {
        return JsonNodeFactory.instance.objectNode().put("agent", name).put("kind", "java");
    }

    /** All agents, those that were removed among them. */
    List<Kept> all() {
        return jdbi.withHandle(handle -> handle.createQuery(BY_NAME + " ORDER BY name")
                .map((row, context) -> kept(row))
                .list());
    }

    /** When an agent was last published or removed; empty where it never was. */
    Optional<Instant> changedAt(String name) {
        return StoredTimes.changedAt(jdbi, "agents", name);
    }

    private static Optional<Kept> locked(Handle handle, String name) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtext('postroad.agent/' || ?))", name);
        return handle.createQuery(BY_NAME + " WHERE name = :name FOR UPDATE")
                .bind("name", name)
                .map((row, context) -> kept(row))
                .findOne();
    }

    private static Kept kept(java.sql.ResultSet row) throws java.sql.SQLException {
        return new Kept(
                row.getString("name"),
                StoredJson.object(row.getString("definition")),
                row.getObject("published_at", OffsetDateTime.class).toInstant(),
                row.getBoolean("removed"));
    }
}
