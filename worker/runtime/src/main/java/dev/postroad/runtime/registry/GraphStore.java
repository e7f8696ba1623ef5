package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.runtime.availability.AgentEvents;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Graphs in Postgres. Thread-safe. */
final class GraphStore {
    private static final int FETCH_ROWS = 100;

    private static final String CHANGES = """
            SELECT name, max(at) AS at, bool_or(removed) AS removed FROM (
                SELECT name, published_at AS at, false AS removed FROM postroad.graphs
                UNION ALL
                SELECT name, greatest(removed_at, republished_at), republished_at IS NULL
                FROM postroad.graph_removals) AS changes %s""";

    /** Those of a graph that follow one another share what is left of each without its place among them. */
    private static final String NUMBERS = """
            SELECT name, min(version) AS first, max(version) AS last FROM (
                SELECT name, version, version - row_number() OVER (PARTITION BY name ORDER BY version) AS range
                FROM postroad.graphs %s) AS numbered
            GROUP BY name, range""";

    private final Jdbi jdbi;
    private final Jdbi reading;
    private final AgentEvents events;

    /** @param reading for single versions, also for callers that hold a connection of the others meanwhile */
    GraphStore(Jdbi jdbi, Jdbi reading, AgentEvents events) {
        this.jdbi = jdbi;
        this.reading = reading;
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
            Optional<Kept> newest = newest(handle, graph.name());
            Optional<Integer> known = known(handle, graph, publishedAt, newest);
            if (known.isPresent()) {
                return known;
            }
            int version = graph.version() == null ? newest.map(Kept::version).orElse(0) + 1 : graph.version();
            if (graph.version() != null && find(handle, graph.name(), version).isPresent()) {
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

    /** Under which version a definition is kept; of the many that there may be, few are looked at. */
    private static Optional<Integer> known(
            Handle handle, GraphDefinition graph, Instant publishedAt, Optional<Kept> newest) {
        if (graph.version() != null) {
            return find(handle, graph.name(), graph.version())
                    .filter(kept -> isEqual(kept, graph))
                    .map(Kept::version);
        }
        if (newest.isPresent() && isEqual(newest.get(), graph)) {
            return newest.map(Kept::version);
        }
        // A record that is read again is found by its time; where it made no version, whether one has come since.
        Optional<Integer> own = equal(handle, graph, "published_at = :at", publishedAt);
        return own.isPresent() ? own : equal(handle, graph, "published_at > :at", publishedAt);
    }

    private static Optional<Integer> equal(Handle handle, GraphDefinition graph, String condition, Instant at) {
        return handle
                .createQuery(
                        "SELECT * FROM postroad.graphs WHERE name = :name AND " + condition + " ORDER BY version DESC")
                .bind("name", graph.name())
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .setFetchSize(FETCH_ROWS)
                .map((row, context) -> kept(row))
                .stream()
                .filter(kept -> isEqual(kept, graph))
                .map(Kept::version)
                .findFirst();
    }

    private static boolean isEqual(Kept kept, GraphDefinition graph) {
        return bare(kept.definition()).equals(bare(graph.source()));
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

    /** When each graph was last published or removed. */
    List<StoredChange> changes() {
        return jdbi.withHandle(handle -> handle.createQuery(CHANGES.formatted("") + " GROUP BY name")
                .map((row, context) -> new StoredChange(
                        new RegistryKey(RegistryKey.Kind.GRAPH, row.getString("name")),
                        time(row, "at"),
                        row.getBoolean("removed")))
                .list());
    }

    /** When a graph was last published or removed; empty where it never was. */
    Optional<Instant> changedAt(String name) {
        return jdbi.withHandle(handle -> handle.createQuery(CHANGES.formatted("WHERE name = :name") + " GROUP BY name")
                .bind("name", name)
                .map((row, context) -> time(row, "at"))
                .findOne());
    }

    /** The names of the graphs that were removed, and not published since. */
    Set<String> removed() {
        return names("SELECT name FROM postroad.graph_removals WHERE republished_at IS NULL");
    }

    /** Graphs of which some version limits its runs, and perhaps others: what the text says is not looked at closely. */
    Set<String> limited() {
        return names("""
                SELECT DISTINCT name FROM postroad.graphs
                WHERE definition::text LIKE '%"queue"%' OR definition::text LIKE '%"limits"%"runs"%'""");
    }

    /** Graphs of which some version has a budget, and perhaps others. */
    Set<String> withBudgets() {
        return names("SELECT DISTINCT name FROM postroad.graphs WHERE definition::text LIKE '%\"budget\"%'");
    }

    private Set<String> names(String query) {
        return jdbi.withHandle(
                handle -> handle.createQuery(query).mapTo(String.class).set());
    }

    /** The numbers of all versions, by the names of the graphs. */
    Map<String, VersionNumbers> numbers() {
        return jdbi.withHandle(handle -> numbers(handle.createQuery(NUMBERS.formatted(""))));
    }

    /** The numbers of the versions of a graph. */
    VersionNumbers numbers(String name) {
        return jdbi.withHandle(handle -> numbers(handle.createQuery(NUMBERS.formatted("WHERE name = :name"))
                        .bind("name", name)))
                .getOrDefault(name, new VersionNumbers());
    }

    private static Map<String, VersionNumbers> numbers(Query query) {
        Map<String, VersionNumbers> numbers = new HashMap<>();
        query.map((row, context) -> {
                    numbers.computeIfAbsent(row.getString("name"), name -> new VersionNumbers())
                            .add(row.getInt("first"), row.getInt("last"));
                    return numbers;
                })
                .list();
        return numbers;
    }

    /**
     * The newest version of each graph that is published.
     *
     * @param others those whose newest version is wanted though they may be removed
     */
    List<Kept> newest(Set<String> others) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT g.* FROM postroad.graphs g
                        JOIN (SELECT name, max(version) AS version FROM postroad.graphs GROUP BY name) AS newest
                             ON newest.name = g.name AND newest.version = g.version
                        WHERE g.name = ANY (:others)
                           OR g.name NOT IN (SELECT name FROM postroad.graph_removals WHERE republished_at IS NULL)
                        ORDER BY g.name""")
                .bindArray("others", String.class, others.toArray())
                .map((row, context) -> kept(row))
                .list());
    }

    private static Optional<Kept> newest(Handle handle, String name) {
        return handle.createQuery("SELECT * FROM postroad.graphs WHERE name = :name ORDER BY version DESC LIMIT 1")
                .bind("name", name)
                .map((row, context) -> kept(row))
                .findOne();
    }

    private static ObjectNode bare(ObjectNode definition) {
        return definition.deepCopy().without("version");
    }

    Optional<Kept> find(GraphVersion version) {
        return reading.withHandle(handle -> find(handle, version.name(), version.number()));
    }

    private static Optional<Kept> find(Handle handle, String name, int version) {
        return handle.createQuery("SELECT * FROM postroad.graphs WHERE name = :name AND version = :version")
                .bind("name", name)
                .bind("version", version)
                .map((row, context) -> kept(row))
                .findOne();
    }

    private static Kept kept(java.sql.ResultSet row) throws java.sql.SQLException {
        return new Kept(
                row.getString("name"),
                row.getInt("version"),
                StoredJson.object(row.getString("definition")),
                time(row, "published_at"),
                versions(row.getString("inside")));
    }

    private static Instant time(java.sql.ResultSet row, String column) throws java.sql.SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
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
