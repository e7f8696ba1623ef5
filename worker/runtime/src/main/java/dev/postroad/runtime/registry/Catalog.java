package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.definition.RegistryKey.Kind;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.graph.ScheduledInput;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import dev.postroad.runtime.agent.attempt.Toolbox;
import dev.postroad.runtime.answers.GraphInput;
import dev.postroad.runtime.answers.JsonSchemas;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.registry.GraphStore.Kept;
import dev.postroad.runtime.registry.GraphStore.VersionTakenException;
import dev.postroad.runtime.registry.OpenAgents.OpenAgent;
import dev.postroad.runtime.run.calls.ReadyAgent;
import dev.postroad.runtime.run.queue.Turns;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The graphs and agents that runs may use, in memory, with Postgres behind. Thread-safe; what runs ask of it while they
 * are stepped is answered from memory.
 */
public final class Catalog implements StoredRun.Graphs, ReadyAgent.Directory, Turns.Limits, Toolbox, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

    private final GraphStore store;
    private final GraphVersions graphs;
    private final AgentStore agentStore;
    private final ScheduleStore schedules;
    private final PriceStore prices;
    private final AgentClients clients;
    private final Consumer<String> available;
    private final OpenAgents agents;
    private final LatestOffers offers = new LatestOffers();
    private final LatestChanges changes;
    private volatile Instant currentAsOf = Instant.EPOCH;

    /**
     * @param reading reads single versions of graphs; not by the connections of {@code jdbi}, of which a caller may
     *     hold one, and as many callers as there are
     * @param clients reaches agents; closed by its owner
     * @param available told of agents that came or changed; must not block
     */
    public Catalog(Jdbi jdbi, Jdbi reading, AgentClients clients, AgentEvents events, Consumer<String> available) {
        this.store = new GraphStore(jdbi, reading, events);
        this.graphs = new GraphVersions(store);
        this.agentStore = new AgentStore(jdbi, events);
        this.schedules = new ScheduleStore(jdbi, events);
        this.prices = new PriceStore(jdbi, events);
        this.changes = new LatestChanges(key -> switch (key.kind()) {
            case AGENT -> agentStore.changedAt(key.name());
            case GRAPH -> store.changedAt(key.name());
            case SCHEDULE -> schedules.changedAt(key.name());
            case PRICE -> prices.changedAt(key.name());
        });
        this.clients = clients;
        this.agents = new OpenAgents(clients);
        this.available = available;
        clients.offer(this);
    }

    /** Reads everything that Postgres holds. */
    public void load() {
        agentStore.introduce(clients.javaAgents());
        agentStore.all().forEach(this::load);
        graphs.load();
        store.changes().forEach(this::changed);
        schedules.changes().forEach(this::changed);
        prices.all().forEach(this::load);
    }

    /**
     * Java agents have come to this worker: those that were published before, and were accepted by others, can be called
     * here from now on.
     */
    public void javaAgentsArrived(List<String> providers) {
        agentStore.introduce(providers);
        agentStore.all().stream()
                .filter(kept -> !kept.removed() && !agents.isOpen(kept.name()))
                .forEach(this::load);
        agents.of(providers).forEach(available);
    }

    private void load(AgentStore.Kept kept) {
        changed(new StoredChange(new RegistryKey(Kind.AGENT, kept.name()), kept.publishedAt(), kept.removed()));
        agents.load(kept);
    }

    private void load(PriceStore.Kept kept) {
        changed(new StoredChange(new RegistryKey(Kind.PRICE, kept.name()), kept.changedAt(), kept.removed()));
        if (kept.removed()) {
            return;
        }
        try {
            if (Definitions.readAccepted(kept.definition()) instanceof PriceDefinition price) {
                clients.prices().put(price);
            }
        } catch (FaultsException unsound) {
            LOG.warn("the price of {} cannot be used by this worker: {}", kept.name(), unsound.getMessage());
        }
    }

    private void changed(StoredChange change) {
        if (change.removed()) {
            changes.removed(change.key(), change.at());
        } else {
            changes.published(change.key(), change.at());
        }
    }

    /** The newest version of a graph; empty where there is none. From memory. */
    public Optional<Graph> newest(String name) {
        return graphs.newest(name);
    }

    /**
     * A version of a graph that new runs may go by; empty where this worker knows none. Waits for Postgres where it was
     * not asked for lately.
     *
     * @throws JdbiException where Postgres is away
     */
    public Optional<Graph> version(String name, int version) {
        return graphs.version(name, version);
    }

    /**
     * What new runs may go by, from memory.
     *
     * @param version null for the newest
     */
    public GraphLookup lookUp(String name, @Nullable Integer version) {
        return graphs.lookUp(name, version);
    }

    /** Waits for Postgres where nobody goes by that version, and nobody asked for it lately. */
    @Override
    public Graph graph(String name, int version) {
        return graphs.graph(name, version);
    }

    @Override
    public Optional<ReadyAgent> agent(String name) {
        return Optional.ofNullable(agents.find(name)).map(OpenAgent::ready);
    }

    @Override
    public String absence(String name) {
        String fault = agents.fault(name);
        return fault == null ? ReadyAgent.Directory.super.absence(name) : OnUnavailable.UNUSABLE + ": " + fault;
    }

    private ToolOffer offer(OpenAgent agent) throws InterruptedException {
        ToolOffer own = agent.ready().client().offer();
        String said = agent.definition().source().path("description").asText("");
        return said.isBlank() ? own : new ToolOffer(said, own.parameters(), 0);
    }

    @Override
    public ToolOffer toolOfAgent(String name) throws InterruptedException {
        OpenAgent open = agents.find(name);
        return open == null ? ToolOffer.UNKNOWN : offer(open);
    }

    @Override
    public @Nullable ToolOffer toolOfGraph(String name, @Nullable Integer version) {
        Graph graph = (version == null ? newest(name) : version(name, version)).orElse(null);
        if (graph == null) {
            return null;
        }
        GraphVersion key = new GraphVersion(name, graph.version());
        ToolOffer known = offers.find(key);
        if (known != null) {
            return known;
        }
        // A version never changes, so it is not read each time.
        ToolOffer read = offer(key);
        if (read != null) {
            offers.keep(key, read);
        }
        return read;
    }

    private @Nullable ToolOffer offer(GraphVersion version) {
        try {
            Kept kept = store.find(version).orElse(null);
            return kept != null && Definitions.readAccepted(kept.definition()) instanceof GraphDefinition graph
                    ? new ToolOffer(GraphInput.description(graph), GraphInput.schema(graph), version.number())
                    : null;
        } catch (FaultsException unsound) {
            return null;
        }
    }

    @Override
    public Set<String> limitedGraphs() {
        return graphs.limited();
    }

    @Override
    public @Nullable QueueRules rules(String name, int version) {
        if (version == Graph.OF_AGENT) {
            return QueueRules.NONE;
        }
        try {
            return graph(name, version).queue();
        } catch (IllegalStateException unsound) {
            LOG.debug("the limits of a graph are not known", unsound);
            return null;
        }
    }

    /** What the agents of a graph's runs may spend, by its newest version; null where nobody says. */
    public @Nullable BudgetRules budget(String name) {
        return graphs.budget(name);
    }

    /** The names of the graphs that have a version with a budget that runs share. */
    public Set<String> graphsThatShareBudgets() {
        return graphs.sharingBudgets();
    }

    /** Everything that was published before this time is known. */
    public Instant currentAsOf() {
        return currentAsOf;
    }

    void currentAsOf(Instant time) {
        currentAsOf = time;
    }

    /** Whether what was published or removed at a time is known, or something later is. */
    boolean knows(RegistryKey key, Instant at) {
        return changes.include(key, at);
    }

    /**
     * Takes up what was published.
     *
     * @throws FaultsException where it is refused; what was there before stays
     */
    void publish(Definition definition, Instant publishedAt, @Nullable String by) throws FaultsException {
        switch (definition) {
            case AgentDefinition agent -> publish(agent, publishedAt, by);
            case GraphDefinition graph -> publish(graph, publishedAt, by);
            case ScheduleDefinition schedule -> publish(schedule, publishedAt, by);
            case PriceDefinition price -> publish(price, publishedAt, by);
        }
    }

    private void publish(PriceDefinition price, Instant publishedAt, @Nullable String by) {
        if (prices.publish(price, publishedAt, by)) {
            clients.prices().put(price);
        }
        changes.published(new RegistryKey(Kind.PRICE, price.name()), publishedAt);
    }

    private void publish(ScheduleDefinition schedule, Instant publishedAt, @Nullable String by) throws FaultsException {
        ScheduledInput.of(schedule);
        schedules.publish(schedule, publishedAt, by);
        changes.published(new RegistryKey(Kind.SCHEDULE, schedule.name()), publishedAt);
    }

    private void publish(AgentDefinition agent, Instant publishedAt, @Nullable String by) throws FaultsException {
        RegistryKey key = new RegistryKey(Kind.AGENT, agent.name());
        clients.open(agent).close();
        List<Fault> missing = ToolNames.faults(agent, new Published());
        if (!missing.isEmpty()) {
            throw new FaultsException(missing);
        }
        if (agentStore.publish(agent, publishedAt, by)) {
            agents.published(agent);
            available.accept(agent.name());
        }
        changes.published(key, publishedAt);
    }

    private void publish(GraphDefinition graph, Instant publishedAt, @Nullable String by) throws FaultsException {
        RegistryKey key = new RegistryKey(Kind.GRAPH, graph.name());
        graphs.note(GraphCompiler.compile(graph, 1, new Published()));
        Optional<Integer> version = keep(graph, publishedAt, by);
        if (version.isPresent()) {
            graphs.published(graph.name(), version.get());
            changes.published(key, publishedAt);
        } else {
            changes.removed(key, publishedAt);
        }
    }

    private Optional<Integer> keep(GraphDefinition graph, Instant publishedAt, @Nullable String by)
            throws FaultsException {
        try {
            return store.publish(graph, publishedAt, newestInside(graph), by);
        } catch (VersionTakenException taken) {
            throw new FaultsException(
                    List.of(new Fault("version", String.valueOf(taken.getMessage()), "publish a new version")));
        }
    }

    /** Forgets what was removed: it is not there for what begins from now on. */
    void remove(RegistryKey key, Instant removedAt, @Nullable String by) {
        boolean isRemoved = switch (key.kind()) {
            case AGENT -> agentStore.remove(key.name(), removedAt, by);
            case GRAPH -> store.remove(key.name(), removedAt, by);
            case SCHEDULE -> schedules.remove(key.name(), removedAt, by);
            case PRICE -> prices.remove(key.name(), removedAt, by);
        };
        if (isRemoved) {
            forget(key);
        }
        changes.removed(key, removedAt);
    }

    private void forget(RegistryKey key) {
        switch (key.kind()) {
            case AGENT -> agents.removed(key.name());
            case GRAPH -> graphs.removed(key.name());
            case SCHEDULE -> {
                // Whoever starts its runs sees that by itself.
            }
            case PRICE -> clients.prices().remove(key.name());
        }
    }

    private Map<String, Integer> newestInside(GraphDefinition graph) {
        Map<String, Integer> inside = new TreeMap<>();
        graph.nodes().values().forEach(node -> {
            if (node.work() instanceof NodeDefinition.ByGraph(String name, Integer version) && version == null) {
                inside.put(name, graphs.newestNumber(name));
            }
        });
        return inside;
    }

    @Override
    public void close() {
        agents.close();
    }

    /** What a new definition may refer to. */
    private final class Published implements Library {
        @Override
        public AnswerSchemas answerSchemas() {
            return JsonSchemas.INSTANCE;
        }

        @Override
        public boolean hasAgent(String name) {
            return agents.find(name) != null;
        }

        @Override
        public @Nullable Graph graph(String name, @Nullable Integer version) {
            return (version == null ? newest(name) : version(name, version)).orElse(null);
        }
    }
}
