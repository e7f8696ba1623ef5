package dev.postroad.cli.servers;

import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** Graphs and agents that workers have stored, as their authors wrote them. Thread-safe. */
public final class StoredSources {
    private static final String GRAPH = "SELECT definition::text FROM postroad.graphs WHERE name = ? AND version = ?";
    private static final String AGENT = "SELECT definition::text FROM postroad.agents WHERE name = ?";
    private static final String NEWEST = "SELECT max(version)::text FROM postroad.graphs WHERE name = ?";

    private final DataSource database;

    StoredSources(DataSource database) {
        this.database = database;
    }

    /** A version of a graph. */
    public Optional<GraphDefinition> graph(String name, int version) throws FaultsException {
        Optional<String> text = text(GRAPH, name, version);
        return text.isPresent() && read(text.get()) instanceof GraphDefinition graph
                ? Optional.of(graph)
                : Optional.empty();
    }

    /** An agent. */
    public Optional<AgentDefinition> agent(String name) throws FaultsException {
        Optional<String> text = text(AGENT, name);
        return text.isPresent() && read(text.get()) instanceof AgentDefinition agent
                ? Optional.of(agent)
                : Optional.empty();
    }

    /** The number of the newest version of a graph. */
    public Optional<Integer> newestVersion(String graph) {
        return text(NEWEST, graph).map(Integer::valueOf);
    }

    private Optional<String> text(String query, Object... parameters) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
            }
        } catch (SQLException unreachable) {
            throw new StorageException(unreachable);
        }
    }

    private static Definition read(String text) throws FaultsException {
        return Definitions.read(Json.read(text));
    }

    /** Postgres cannot be used. */
    private static final class StorageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StorageException(SQLException cause) {
            super(cause);
        }
    }
}
