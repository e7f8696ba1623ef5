package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.runtime.availability.AgentEvents;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Graphs in Postgres. Thread-safe. */
final class GraphStore {
    private final Jdbi jdbi;
    private final AgentEvents events;

    GraphStore(Jdbi jdbi, AgentEvents events) {
        this.jdbi = jdbi;
        this.events = events;
    }

    /** One version of a graph as it is kept. */
    record Kept(String name, int version, ObjectNode definition, Instant publishedAt, Map<String, Integer> inside) {}

    /** A version cannot be published, because another definition has its number. */
    static final class VersionTakenException extends Exception {
        private static final long serialVersionUID = 1L;

        VersionTakenException(String message) {
            super(message);
        }
    }

    /**
     * Keeps a definition, unless it is there already, and says under which version it is found; empty where the graph was
     * removed since.
     *
     * <p>Every worker reads every record of the registry, again at each start, so a definition that equals the newest
     * changes nothing, nor does one that was kept no earlier than its record was written.
     *
     * @param inside the versions of the graphs inside it whose version it leaves open
     * @param by who published it; null where nobody said
     */
    Optional<Integer> publish(
            GraphDefinition graph, Instant publishedAt, Map<String, Integer> inside, @Nullable String by)
            throws VersionTakenException {
        return jdbi.inTransaction(handle -> {
            lock(handle, graph.name());
            if (!restore(handle, graph.name(), publishedAt)) {
                return Optional.empty();
            }
            List<Kept> kept = versions(handle, graph.name());
            Optional<Kept> known = known(graph, publishedAt, kept);
            if (known.isPresent()) {
                return Optional.of(known.get().version());
            }
            int newest = kept.isEmpty() ? 0 : kept.getLast().version();
            int version = graph.version() == null ? newest + 1 : graph.version();
            if (kept.stream().anyMatch(other -> other.version() == version)) {
                throw new VersionTakenException("version " + version + " of graph " + graph.name()
                        + " is published with another definition; leave version out for the next number");
            }
            handle.execute(
                    "INSERT INTO postroad.graphs (name, version, definition, published_at, inside)"
                            + " VALUES (?, ?, ?::json, ?, ?::json)",
                    graph.name(),
                    version,
                    StoredJson.text(graph.source()),
                    publishedAt.atOffset(ZoneOffset.UTC),
                    inside.isEmpty() ? null : StoredJson.text(versions(inside)));
            ObjectNode data = JsonNodeFactory.instance.objectNode().put("version", version);
            events.ofGraph(handle, graph.name(), "graph.published", AgentEvents.putBy(data, by));
            return Optional.of(version);
        });
    }

    private static Optional<Kept> known(GraphDefinition graph, Instant publishedAt, List<Kept> kept) {
        return kept.reversed().stream()
                .filter(other -> bare(other.definition()).equals(bare(graph.source())))
                .filter(other -> graph.version() == null
                        ? other.equals(kept.getLast()) || !other.publishedAt().isBefore(publishedAt)
                        : other.version() == graph.version())
                .findFirst();
    }

    /** Undoes a removal that was before; says whether the graph is there now, or may be. */
    private static boolean restore(Handle handle, String name, Instant publishedAt) {
        handle.execute("""
                UPDATE postroad.graph_removals SET republished_at = ?
                WHERE name = ? AND removed_at < ? AND republished_at IS NULL""", publishedAt.atOffset(ZoneOffset.UTC), name, publishedAt.atOffset(ZoneOffset.UTC));
        return !isRemoved(handle, name);
    }

    /** Removes a graph, unless something later is there; says whether it is removed now. */
    boolean remove(String name, Instant removedAt, @Nullable String by) {
        return jdbi.inTransaction(handle -> {
            lock(handle, name);
            int changed = handle.createUpdate("""
                            INSERT INTO postroad.graph_removals AS known (name, removed_at)
                            SELECT :name, :at WHERE (SELECT max(published_at) FROM postroad.graphs WHERE name = :name) < :at
                            ON CONFLICT (name) DO UPDATE SET removed_at = excluded.removed_at, republished_at = NULL
                            WHERE greatest(known.removed_at, known.republished_at) < excluded.removed_at""")
                    .bind("name", name)
                    .bind("at", removedAt.atOffset(ZoneOffset.UTC))
                    .execute();
            if (changed > 0) {
                ObjectNode data = AgentEvents.putBy(JsonNodeFactory.instance.objectNode(), by);
                events.ofGraph(handle, name, "graph.removed", data);
            }
            return isRemoved(handle, name);
        });
    }

    private static boolean isRemoved(Handle handle, String name) {
        return handle.createQuery("""
                        SELECT EXISTS (SELECT FROM postroad.graph_removals
                                       WHERE name = :name AND republished_at IS NULL)""").bind("name", name).mapTo(Boolean.class).one();
    }

    private static void lock(Handle handle, String name) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtext('postroad.graph/' || ?))", name);
    }

    /** When a graph was last removed, or published again after that. */
    record Removal(String name, Instant lastChangeAt, boolean removed) {}

    List<Removal> removals() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT name, greatest(removed_at, republished_at) AS last_change_at,
                               republished_at IS NULL AS removed
                        FROM postroad.graph_removals""")
                .map((row, context) -> new Removal(
                        row.getString("name"),
                        row.getObject("last_change_at", OffsetDateTime.class).toInstant(),
                        row.getBoolean("removed")))
                .list());
    }

    private static ObjectNode bare(ObjectNode definition) {
        return definition.deepCopy().without("version");
    }

    List<Kept> all() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT * FROM postroad.graphs ORDER BY name, version")
                .map((row, context) -> kept(row))
                .list());
    }

    Optional<Kept> find(String name, int version) {
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT * FROM postroad.graphs WHERE name = :name AND version = :version")
                        .bind("name", name)
                        .bind("version", version)
                        .map((row, context) -> kept(row))
                        .findOne());
    }

    private static List<Kept> versions(Handle handle, String name) {
        return handle.createQuery("SELECT * FROM postroad.graphs WHERE name = :name ORDER BY version")
                .bind("name", name)
                .map((row, context) -> kept(row))
                .list();
    }

    private static Kept kept(java.sql.ResultSet row) throws java.sql.SQLException {
        return new Kept(
                row.getString("name"),
                row.getInt("version"),
                StoredJson.object(row.getString("definition")),
                row.getObject("published_at", OffsetDateTime.class).toInstant(),
                versions(row.getString("inside")));
    }

    private static ObjectNode versions(Map<String, Integer> inside) {
        ObjectNode versions = JsonNodeFactory.instance.objectNode();
        inside.forEach(versions::put);
        return versions;
    }

    private static Map<String, Integer> versions(@Nullable String json) {
        if (json == null) {
            return Map.of();
        }
        Map<String, Integer> versions = new TreeMap<>();
        StoredJson.object(json)
                .properties()
                .forEach(graph -> versions.put(graph.getKey(), graph.getValue().asInt()));
        return versions;
    }
}
