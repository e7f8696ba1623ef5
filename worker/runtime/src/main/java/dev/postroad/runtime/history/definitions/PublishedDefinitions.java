package dev.postroad.runtime.history.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.RecordPlace;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.definition.RegistryKey.Kind;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The graphs, agents, schedules and prices that workers have stored. Thread-safe. */
public final class PublishedDefinitions {
    /** Of a graph that was removed, the versions stay for runs that go by them; nobody else is to find them. */
    private static final String PUBLISHED =
            "name NOT IN (SELECT name FROM postroad.graph_removals WHERE republished_at IS NULL)";

    private static final String NEWEST_GRAPH =
            "SELECT version, definition, inside FROM postroad.graphs WHERE name = :name AND " + PUBLISHED
                    + " ORDER BY version DESC LIMIT 1";
    private static final String GRAPH =
            "SELECT version, definition, inside FROM postroad.graphs WHERE name = :name AND version = :version";
    private static final String AGENT =
            "SELECT definition FROM postroad.agents WHERE name = :name AND removed_at IS NULL";

    private static final String SCHEDULE =
            "SELECT definition FROM postroad.schedules WHERE name = :name AND removed_at IS NULL";

    private static final String PRICE =
            "SELECT definition FROM postroad.prices WHERE name = :name AND removed_at IS NULL";

    private static final String THERE = """
            SELECT true AS is_graph, name FROM unnest(:graphs) AS wanted (name)
            WHERE EXISTS (SELECT FROM postroad.graphs g WHERE g.name = wanted.name)
            AND\s""" + PUBLISHED + """
             UNION ALL
            SELECT false, name FROM postroad.agents WHERE name = ANY (:agents) AND removed_at IS NULL""";

    private static final String USERS = """
            SELECT kind, name FROM (
                SELECT 'GRAPH' AS kind, name, definition FROM (
                    SELECT DISTINCT ON (name) name, definition FROM postroad.graphs
                    WHERE\s""" + PUBLISHED + """

                     ORDER BY name, version DESC) AS newest
                UNION ALL SELECT 'AGENT', name, definition FROM postroad.agents WHERE removed_at IS NULL
                UNION ALL SELECT 'SCHEDULE', name, definition FROM postroad.schedules WHERE removed_at IS NULL) AS there
            WHERE NOT (kind = :kind AND name = :name)
              AND EXISTS (SELECT FROM unnest(:places) AS place
                          WHERE jsonb_path_exists(definition::jsonb, CAST(place || ' ? (@ == $name)' AS jsonpath),
                                                  jsonb_build_object('name', :name)))
            ORDER BY kind, name LIMIT :most""";

    private static final String AGENTS = """
            SELECT name, kind, enabled, disabled_by, disabled_reason, disabled_at, probe_at, breaker, breaker_until,
                   last_error, last_error_at, definition
            FROM postroad.agents WHERE removed_at IS NULL""";

    private final Jdbi postgres;
    private final CompiledGraphs known = new CompiledGraphs();

    public PublishedDefinitions(DataSource database) {
        this(Jdbi.create(database));
    }

    public PublishedDefinitions(Jdbi postgres) {
        this.postgres = postgres;
    }

    /** The names of all agents. */
    public Set<String> agents() {
        return names("SELECT name FROM postroad.agents WHERE removed_at IS NULL");
    }

    /** The names of all graphs. */
    public Set<String> graphs() {
        return names("SELECT DISTINCT name FROM postroad.graphs WHERE " + PUBLISHED);
    }

    private Set<String> names(String query) {
        return postgres.withHandle(handle ->
                new TreeSet<>(handle.createQuery(query).mapTo(String.class).list()));
    }

    /** All graphs with the numbers of their versions, by name. */
    public List<GraphVersions> graphVersions() {
        return postgres.withHandle(handle -> handle.createQuery("""
                        SELECT name, string_agg(version::text, ',' ORDER BY version) AS versions FROM postroad.graphs
                        WHERE\s""" + PUBLISHED + " GROUP BY name ORDER BY name")
                .map((row, context) -> new GraphVersions(
                        row.getString("name"),
                        Arrays.stream(row.getString("versions").split(","))
                                .map(Integer::valueOf)
                                .toList()))
                .list());
    }

    /**
     * A version of a graph, as its author wrote it.
     *
     * @param version null for the newest
     */
    public Optional<PublishedGraph> publishedGraph(String name, @Nullable Integer version) {
        return postgres.withHandle(handle -> graphQuery(handle, name, version)
                .map((row, context) -> new PublishedGraph(name, row.getInt("version"), Rows.object(row, "definition")))
                .findOne());
    }

    /** All agents, by name. */
    public List<PublishedAgent> publishedAgents() {
        return postgres.withHandle(handle -> handle.createQuery(AGENTS + " ORDER BY name")
                .map((row, context) -> publishedAgent(row))
                .list());
    }

    /** An agent, and whether it is called; empty where it is not there, or was removed. */
    public Optional<PublishedAgent> publishedAgent(String name) {
        return postgres.withHandle(handle -> handle.createQuery(AGENTS + " AND name = :name")
                .bind("name", name)
                .map((row, context) -> publishedAgent(row))
                .findOne());
    }

    private static PublishedAgent publishedAgent(ResultSet row) throws SQLException {
        Instant failedAt = Rows.time(row, "last_error_at");
        return new PublishedAgent(
                row.getString("name"),
                row.getString("kind"),
                row.getBoolean("enabled")
                        ? null
                        : new PublishedAgent.Disabled(
                                row.getString("disabled_by"),
                                row.getString("disabled_reason"),
                                Rows.time(row, "disabled_at"),
                                Rows.time(row, "probe_at")),
                new PublishedAgent.Breaker(row.getString("breaker"), Rows.time(row, "breaker_until")),
                failedAt == null ? null : new PublishedAgent.LastError(Rows.object(row, "last_error"), failedAt),
                Rows.object(row, "definition"));
    }

    /** The names of all schedules. */
    public Set<String> schedules() {
        return names("SELECT name FROM postroad.schedules WHERE removed_at IS NULL");
    }

    /** A schedule, as its author wrote it. */
    public Optional<ScheduleDefinition> schedule(String name) {
        return postgres.withHandle(handle -> first(handle.createQuery(SCHEDULE).bind("name", name)))
                .map(stored -> read(ScheduleDefinition.class, new RegistryKey(Kind.SCHEDULE, name), stored));
    }

    /** The models that have a price. */
    public Set<String> prices() {
        return names("SELECT name FROM postroad.prices WHERE removed_at IS NULL");
    }

    /** A price, as its author wrote it. */
    public Optional<PriceDefinition> price(String model) {
        return postgres.withHandle(handle -> first(handle.createQuery(PRICE).bind("name", model)))
                .map(stored -> read(PriceDefinition.class, new RegistryKey(Kind.PRICE, model), stored));
    }

    /** Whether there is a graph, an agent, a schedule or a price. */
    public boolean has(RegistryKey key) {
        return switch (key.kind()) {
            case AGENT -> publishedAgent(key.name()).isPresent();
            case GRAPH -> publishedGraph(key.name(), null).isPresent();
            case SCHEDULE -> schedules().contains(key.name());
            case PRICE -> prices().contains(key.name());
        };
    }

    /**
     * Which definitions that are there name a graph or an agent, in their newest version.
     *
     * @param most at most so many
     */
    public List<RegistryKey> users(RegistryKey graphOrAgent, int most) {
        List<String> places = graphOrAgent.kind() == Kind.GRAPH
                ? List.of("$.graph", "$.nodes.*.graph", "$.tools[*].graph")
                : List.of("$.agent", "$.nodes.*.agent", "$.tools[*].agent", "$.tools[*]", "$.onUnavailable.agent");
        return postgres.withHandle(handle -> handle.createQuery(USERS)
                .bind("kind", graphOrAgent.kind().name())
                .bind("name", graphOrAgent.name())
                .bindArray("places", String.class, places.toArray())
                .bind("most", most)
                .map((row, context) -> new RegistryKey(Kind.valueOf(row.getString("kind")), row.getString("name")))
                .list());
    }

    /** Those of some graphs and agents that are not there; by one question, however many they are. */
    public Set<RegistryKey> missing(Collection<RegistryKey> graphsAndAgents) {
        Set<RegistryKey> missing = new HashSet<>(graphsAndAgents);
        if (missing.isEmpty()) {
            return missing;
        }
        postgres.useHandle(handle -> handle.createQuery(THERE)
                .bindArray("graphs", String.class, names(graphsAndAgents, Kind.GRAPH))
                .bindArray("agents", String.class, names(graphsAndAgents, Kind.AGENT))
                .map((row, context) -> missing.remove(
                        new RegistryKey(row.getBoolean("is_graph") ? Kind.GRAPH : Kind.AGENT, row.getString("name"))))
                .list());
        return missing;
    }

    private static Object[] names(Collection<RegistryKey> keys, Kind kind) {
        return keys.stream()
                .filter(key -> key.kind() == kind)
                .map(RegistryKey::name)
                .toArray();
    }

    /** Whether a definition is what the next run would go by; a graph that names its version, whether it is stored. */
    public boolean holds(Definition definition) {
        return stored(definition)
                .filter(stored -> unnumbered(stored).equals(unnumbered(definition.source())))
                .isPresent();
    }

    /** Why workers refused a registry record; empty where they did not, or not yet. */
    public Optional<String> refusal(RecordPlace record) {
        return postgres.withHandle(handle -> handle.createQuery("""
                        SELECT reason FROM postroad.refused_definitions
                        WHERE topic = :topic AND partition = :partition AND "offset" = :offset
                        ORDER BY written_at DESC LIMIT 1""")
                .bind("topic", record.topic())
                .bind("partition", record.partition())
                .bind("offset", record.offset())
                .mapTo(String.class)
                .findOne());
    }

    /** A graph that is published again under the number that it got is not stored again. */
    private static JsonNode unnumbered(ObjectNode source) {
        return source.deepCopy().without("version");
    }

    private Optional<ObjectNode> stored(Definition definition) {
        return postgres.withHandle(handle -> first(
                switch (definition) {
                    case AgentDefinition agent -> handle.createQuery(AGENT).bind("name", agent.name());
                    case PriceDefinition price -> handle.createQuery(PRICE).bind("name", price.name());
                    case ScheduleDefinition schedule ->
                        handle.createQuery(SCHEDULE).bind("name", schedule.name());
                    case GraphDefinition graph
                    when graph.version() == null ->
                        handle.createQuery(NEWEST_GRAPH).bind("name", graph.name());
                    case GraphDefinition graph ->
                        handle.createQuery(GRAPH + " AND " + PUBLISHED)
                                .bind("name", graph.name())
                                .bind("version", graph.version());
                }));
    }

    /** The newest version of a graph, as its author wrote it. */
    public Optional<GraphDefinition> newestGraph(String name) {
        return postgres.withHandle(
                        handle -> first(handle.createQuery(NEWEST_GRAPH).bind("name", name)))
                .map(stored -> readGraph(name, stored));
    }

    /** A version of a graph, as its author wrote it. */
    public Optional<GraphDefinition> numberedGraph(String name, int version) {
        return publishedGraph(name, version).map(published -> readGraph(name, published.definition()));
    }

    /** An agent, as its author wrote it. */
    public Optional<AgentDefinition> agent(String name) {
        return postgres.withHandle(handle -> first(handle.createQuery(AGENT).bind("name", name)))
                .map(stored -> read(AgentDefinition.class, new RegistryKey(Kind.AGENT, name), stored));
    }

    /**
     * A version of a graph that a run is pinned to.
     *
     * @throws CorruptHistoryException where it is not stored, or is not sound
     */
    public Graph graph(String name, int version) {
        return graphIfStored(name, version)
                .orElseThrow(() -> corrupt(
                        new RegistryKey(Kind.GRAPH, name),
                        new IllegalStateException("version " + version + " is not stored")));
    }

    /**
     * A version of a graph; empty where it is not stored.
     *
     * @param version null for the newest
     * @throws CorruptHistoryException where it is not sound
     */
    public Optional<Graph> graphIfStored(String name, @Nullable Integer version) {
        if (version != null && version == Graph.OF_AGENT) {
            return Optional.of(Graph.ofAgent(name));
        }
        return postgres.withHandle(handle -> graphQuery(handle, name, version)
                        .map((row, context) -> new CompiledGraphs.Key(
                                name,
                                row.getInt("version"),
                                Rows.object(row, "definition"),
                                row.getString("inside") == null ? null : Rows.object(row, "inside")))
                        .findOne())
                .map(this::compiled);
    }

    private static Query graphQuery(Handle handle, String name, @Nullable Integer version) {
        Query query = version == null
                ? handle.createQuery(NEWEST_GRAPH)
                : handle.createQuery(GRAPH).bind("version", version);
        return query.bind("name", name);
    }

    private Graph compiled(CompiledGraphs.Key stored) {
        Graph before = known.find(stored);
        if (before != null) {
            return before;
        }
        var inside = new Inside(stored.inside());
        try {
            Graph graph =
                    GraphCompiler.compile(readGraph(stored.name(), stored.definition()), stored.version(), inside);
            if (!inside.hasNewest) {
                known.keep(stored, graph);
            }
            return graph;
        } catch (FaultsException unsound) {
            throw corrupt(new RegistryKey(Kind.GRAPH, stored.name()), unsound);
        }
    }

    /** An agent that is gone by now does not change what happened. */
    private final class Inside implements Library {
        private final @Nullable ObjectNode noted;
        private boolean hasNewest;

        Inside(@Nullable ObjectNode noted) {
            this.noted = noted;
        }

        @Override
        public boolean hasAgent(String name) {
            return true;
        }

        @Override
        public @Nullable Graph graph(String name, @Nullable Integer version) {
            if (version == null && noted != null && noted.has(name)) {
                return graphIfStored(name, noted.get(name).asInt()).orElse(null);
            }
            hasNewest |= version == null;
            return graphIfStored(name, version).orElse(null);
        }
    }

    private static GraphDefinition readGraph(String name, JsonNode stored) {
        return read(GraphDefinition.class, new RegistryKey(Kind.GRAPH, name), stored);
    }

    private static <D extends Definition> D read(Class<D> type, RegistryKey key, JsonNode stored) {
        try {
            Definition definition = Definitions.readAccepted(stored);
            if (type.isInstance(definition)) {
                return type.cast(definition);
            }
        } catch (FaultsException unsound) {
            throw corrupt(key, unsound);
        }
        throw corrupt(key, new IllegalStateException("it is something else"));
    }

    private static Optional<ObjectNode> first(Query query) {
        return query.map((row, context) -> Rows.object(row, "definition")).findOne();
    }

    private static CorruptHistoryException corrupt(RegistryKey key, Throwable cause) {
        return new CorruptHistoryException(
                "what is stored of " + key + " cannot be used: " + cause.getMessage(), cause);
    }
}
