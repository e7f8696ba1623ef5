package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.AgentClient;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.registry.GraphStore.Kept;
import dev.postroad.runtime.registry.GraphStore.VersionTakenException;
import dev.postroad.runtime.run.ReadyAgent;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The graphs and agents that runs may use, in memory, with Postgres behind. Thread-safe; what runs ask of it while they
 * are stepped is answered from memory.
 */
public final class Catalog implements StoredRun.Graphs, ReadyAgent.Directory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

    private final GraphStore store;
    private final AgentClients clients;
    private final ConcurrentHashMap<Version, Graph> graphs = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Integer> newest = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, OpenAgent> agents = new ConcurrentHashMap<>();
    private final Queue<AgentClient> replaced = new ConcurrentLinkedQueue<>();
    private volatile Instant currentAsOf = Instant.EPOCH;

    /** @param clients reaches agents; closed by its owner */
    public Catalog(Jdbi jdbi, AgentClients clients) {
        this.store = new GraphStore(jdbi);
        this.clients = clients;
    }

    /** Reads everything that Postgres holds. */
    public void load() {
        for (ObjectNode agent : store.agents()) {
            try {
                open((AgentDefinition) Definitions.read(agent));
            } catch (FaultsException unusable) {
                LOG.warn("agent {} cannot be used by this worker: {}", agent.path("agent"), unusable.getMessage());
            }
        }
        for (Kept kept : store.all()) {
            graphs.put(new Version(kept.name(), kept.version()), compile(kept));
            newest.merge(kept.name(), kept.version(), Math::max);
        }
    }

    /** The newest version of a graph; empty where there is none. */
    public Optional<Graph> newest(String name) {
        Integer version = newest.get(name);
        return version == null ? Optional.empty() : version(name, version);
    }

    /** A version of a graph; empty where this worker knows none. */
    public Optional<Graph> version(String name, int version) {
        return Optional.ofNullable(graphs.get(new Version(name, version)));
    }

    @Override
    public Graph graph(String name, int version) {
        return graphs.computeIfAbsent(
                new Version(name, version),
                key -> compile(store.find(name, version)
                        .orElseThrow(() ->
                                new IllegalStateException("there is no version " + version + " of graph " + name))));
    }

    @Override
    public Optional<ReadyAgent> agent(String name) {
        return Optional.ofNullable(ready(name)).map(OpenAgent::ready);
    }

    /** Everything that was published before this time is known. */
    public Instant currentAsOf() {
        return currentAsOf;
    }

    void currentAsOf(Instant time) {
        currentAsOf = time;
    }

    /**
     * Takes up what was published.
     *
     * @throws FaultsException where it is refused; what was there before stays
     */
    void publish(Definition definition, Instant publishedAt) throws FaultsException {
        switch (definition) {
            case AgentDefinition agent -> {
                open(agent);
                store.publish(agent, publishedAt);
            }
            case GraphDefinition graph -> {
                GraphCompiler.compile(graph, 1, name -> ready(name) != null);
                int version = keep(graph, publishedAt);
                graphs.put(new Version(graph.name(), version), GraphCompiler.compile(graph, version, name -> true));
                newest.merge(graph.name(), version, Math::max);
            }
        }
    }

    private int keep(GraphDefinition graph, Instant publishedAt) throws FaultsException {
        try {
            return store.publish(graph, publishedAt);
        } catch (VersionTakenException taken) {
            throw new FaultsException(
                    List.of(new Fault("version", String.valueOf(taken.getMessage()), "publish a new version")));
        }
    }

    private void open(AgentDefinition definition) throws FaultsException {
        OpenAgent current = agents.get(definition.name());
        if (current != null && current.definition().source().equals(definition.source())) {
            return;
        }
        AgentClient client = clients.open(definition);
        ReadyAgent ready = new ReadyAgent(
                client,
                RetryPolicy.DEFAULT.with(definition.retry()),
                Objects.requireNonNullElse(definition.timeout(), ReadyAgent.DEFAULT_TIMEOUT));
        OpenAgent before = agents.put(definition.name(), new OpenAgent(definition, ready));
        if (before != null) {
            // Calls under way finish on the old settings.
            replaced.add(before.ready().client());
        }
    }

    /** A Java agent on the class path needs no definition. */
    private @Nullable OpenAgent ready(String name) {
        OpenAgent open = agents.get(name);
        if (open != null) {
            return open;
        }
        ObjectNode source =
                JsonNodeFactory.instance.objectNode().put("agent", name).put("kind", "java");
        try {
            open((AgentDefinition) Definitions.read(source));
        } catch (FaultsException noSuchAgent) {
            return null;
        }
        return agents.get(name);
    }

    private static Graph compile(Kept kept) {
        try {
            GraphDefinition definition = (GraphDefinition) Definitions.read(kept.definition());
            return GraphCompiler.compile(definition, kept.version(), agent -> true);
        } catch (FaultsException corrupt) {
            throw new IllegalStateException(
                    "version " + kept.version() + " of graph " + kept.name() + " is unsound", corrupt);
        }
    }

    @Override
    public void close() {
        agents.values().forEach(agent -> agent.ready().client().close());
        replaced.forEach(AgentClient::close);
    }

    private record Version(String name, int version) {}

    private record OpenAgent(AgentDefinition definition, ReadyAgent ready) {}
}
