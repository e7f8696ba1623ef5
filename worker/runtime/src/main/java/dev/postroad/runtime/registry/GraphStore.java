package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
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

/** Graphs and agents in Postgres. Thread-safe. */
final class GraphStore {
    private final Jdbi jdbi;

    GraphStore(Jdbi jdbi) {
        this.jdbi = jdbi;
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
     * Keeps a definition, unless it is there already, and says under which version it is found.
     *
     * <p>Every worker reads every record of the registry, again at each start, so a definition that equals the newest
     * changes nothing, nor does one that was kept no earlier than its record was written.
     *
     * @param inside the versions of the graphs inside it whose version it leaves open
     */
    int publish(GraphDefinition graph, Instant publishedAt, Map<String, Integer> inside) throws VersionTakenException {
        return jdbi.inTransaction(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(hashtext('postroad.graph/' || ?))", graph.name());
            List<Kept> kept = versions(handle, graph.name());
            Optional<Kept> known = known(graph, publishedAt, kept);
            if (known.isPresent()) {
                return known.get().version();
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
                    text(graph.source()),
                    publishedAt.atOffset(ZoneOffset.UTC),
                    inside.isEmpty() ? null : text(versions(inside)));
            return version;
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

    void publish(AgentDefinition agent, Instant publishedAt) {
        jdbi.useHandle(handle -> handle.execute(
                """
                INSERT INTO postroad.agents (name, kind, definition, published_at) VALUES (?, ?, ?::json, ?)
                ON CONFLICT (name) DO UPDATE
                SET kind = excluded.kind, definition = excluded.definition, published_at = excluded.published_at
                WHERE postroad.agents.published_at < excluded.published_at""",
                agent.name(),
                agent.kind().publicName(),
                text(agent.source()),
                publishedAt.atOffset(ZoneOffset.UTC)));
    }

    List<ObjectNode> agents() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT definition FROM postroad.agents ORDER BY name")
                .map((row, context) -> object(row.getString("definition")))
                .list());
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
                object(row.getString("definition")),
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
        object(json)
                .properties()
                .forEach(graph -> versions.put(graph.getKey(), graph.getValue().asInt()));
        return versions;
    }

    private static String text(ObjectNode json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) Json.read(json);
        } catch (FaultsException corrupt) {
            throw new IllegalStateException("a stored definition cannot be read", corrupt);
        }
    }
}
