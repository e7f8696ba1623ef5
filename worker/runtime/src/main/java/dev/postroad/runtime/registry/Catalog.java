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
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import dev.postroad.runtime.agent.attempt.Toolbox;
import dev.postroad.runtime.answers.GraphInput;
import dev.postroad.runtime.answers.JsonSchemas;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.registry.GraphStore.Kept;
import dev.postroad.runtime.registry.GraphStore.Removal;
import dev.postroad.runtime.registry.GraphStore.VersionTakenException;
import dev.postroad.runtime.run.calls.ReadyAgent;
import dev.postroad.runtime.run.queue.Turns;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
    private final AgentStore agentStore;
    private final ScheduleStore schedules;
    private final PriceStore prices;
    private final AgentClients clients;
    private final Consumer<String> available;
    private final ConcurrentHashMap<Version, Graph> graphs = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Version, String> unsound = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Integer> newest = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, OpenAgent> agents = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, String> unusable = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Version, ToolOffer> offers = new ConcurrentHashMap<>();
    private final Set<RegistryKey> removed = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<RegistryKey, Instant> changedAt = new ConcurrentHashMap<>();
    private final Set<String> limited = ConcurrentHashMap.newKeySet();
    private final Set<String> sharingBudgets = ConcurrentHashMap.newKeySet();
    private volatile Instant currentAsOf = Instant.EPOCH;

    /**
     * @param clients reaches agents; closed by its owner
     * @param available told of agents that came or changed; must not block
     */
    public Catalog(Jdbi jdbi, AgentClients clients, AgentEvents events, Consumer<String> available) {
        this.store = new GraphStore(jdbi, events);
        this.agentStore = new AgentStore(jdbi, events);
        this.schedules = new ScheduleStore(jdbi, events);
        this.prices = new PriceStore(jdbi, events);
        this.clients = clients;
        this.available = available;
        clients.offer(this);
    }

    /** Reads everything that Postgres holds. */
    public void load() {
        agentStore.introduce(clients.javaAgents());
        agentStore.all().forEach(this::load);
        for (Kept kept : store.all()) {
            load(kept);
            newest.merge(kept.name(), kept.version(), Math::max);
            changed(new RegistryKey(Kind.GRAPH, kept.name()), kept.publishedAt());
        }
        for (Removal removal : store.removals()) {
            RegistryKey key = new RegistryKey(Kind.GRAPH, removal.name());
            changed(key, removal.lastChangeAt());
            if (removal.removed()) {
                removed.add(key);
            }
        }
        schedules.changes().forEach((name, at) -> changed(new RegistryKey(Kind.SCHEDULE, name), at));
        prices.all().forEach(this::load);
    }

    /**
     * Java agents have come to this worker: those that were published before, and were accepted by others, can be called
     * here from now on.
     */
    public void javaAgentsArrived(List<String> providers) {
        agentStore.introduce(providers);
        agentStore.all().stream()
                .filter(kept -> !kept.removed() && !agents.containsKey(kept.name()))
                .forEach(this::load);
        agents.forEach((name, open) -> {
            String provider = open.definition().source().path("provider").asText(name);
            if (open.definition().kind() == AgentDefinition.Kind.JAVA && providers.contains(provider)) {
                available.accept(name);
            }
        });
    }

    private void load(AgentStore.Kept kept) {
        RegistryKey key = new RegistryKey(Kind.AGENT, kept.name());
        changed(key, kept.publishedAt());
        if (kept.removed()) {
            removed.add(key);
            return;
        }
        try {
            open((AgentDefinition) Definitions.readAccepted(kept.definition()), clients::openAccepted);
        } catch (FaultsException | RuntimeException fault) {
            LOG.warn("agent {} cannot be used by this worker: {}", kept.name(), fault.getMessage());
            unusable.put(kept.name(), String.valueOf(fault.getMessage()).replace("\n", "; "));
        }
    }

    private void load(PriceStore.Kept kept) {
        changed(new RegistryKey(Kind.PRICE, kept.name()), kept.changedAt());
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

    /** A version that this release cannot read stands still with its runs; the worker does its work for the others. */
    private void load(Kept kept) {
        try {
            graph(kept.name(), kept.version());
        } catch (IllegalStateException unsound) {
            LOG.warn("{}; its runs are left to workers that can read it", unsound.getMessage());
        }
    }

    private void changed(RegistryKey key, Instant at) {
        changedAt.merge(key, at, (one, other) -> one.isAfter(other) ? one : other);
    }

    /** The newest version of a graph; empty where there is none. */
    public Optional<Graph> newest(String name) {
        Integer version = newest.get(name);
        return version == null || isRemoved(Kind.GRAPH, name) ? Optional.empty() : version(name, version);
    }

    /** A version of a graph that new runs may go by; empty where this worker knows none. */
    public Optional<Graph> version(String name, int version) {
        return isRemoved(Kind.GRAPH, name)
                ? Optional.empty()
                : Optional.ofNullable(graphs.get(new Version(name, version)));
    }

    /**
     * Why a version of a graph that is stored cannot be used by this release; empty where it can, or is not there.
     *
     * @param version null for the newest
     */
    public Optional<String> unsound(String name, @Nullable Integer version) {
        Integer number = version == null ? newest.get(name) : version;
        return number == null || isRemoved(Kind.GRAPH, name)
                ? Optional.empty()
                : Optional.ofNullable(unsound.get(new Version(name, number)));
    }

    private boolean isRemoved(Kind kind, String name) {
        return removed.contains(new RegistryKey(kind, name));
    }

    @Override
    public Graph graph(String name, int version) {
        Version key = new Version(name, version);
        Graph known = graphs.get(key);
        if (known != null) {
            return known;
        }
        if (version == Graph.OF_AGENT) {
            return Graph.ofAgent(name);
        }
        String fault = unsound.get(key);
        if (fault != null) {
            throw new IllegalStateException(fault);
        }
        Kept kept = store.find(name, version)
                .orElseThrow(() -> new IllegalStateException("there is no version " + version + " of graph " + name));
        Graph compiled = compile(kept);
        if (compiled.queue().isLimited()) {
            limited.add(name);
        }
        if (compiled.budgetPeriod() != null) {
            sharingBudgets.add(name);
        }
        Graph before = graphs.putIfAbsent(key, compiled);
        return before == null ? compiled : before;
    }

    @Override
    public Optional<ReadyAgent> agent(String name) {
        return Optional.ofNullable(ready(name)).map(OpenAgent::ready);
    }

    @Override
    public String absence(String name) {
        String fault = unusable.get(name);
        return fault == null ? ReadyAgent.Directory.super.absence(name) : OnUnavailable.UNUSABLE + ": " + fault;
    }

    private ToolOffer offer(OpenAgent agent) throws InterruptedException {
        ToolOffer own = agent.ready().client().offer();
        String said = agent.definition().source().path("description").asText("");
        return said.isBlank() ? own : new ToolOffer(said, own.parameters(), 0);
    }

    @Override
    public ToolOffer toolOfAgent(String name) throws InterruptedException {
        OpenAgent open = ready(name);
        return open == null ? ToolOffer.UNKNOWN : offer(open);
    }

    @Override
    public @Nullable ToolOffer toolOfGraph(String name, @Nullable Integer version) {
        Graph graph = (version == null ? newest(name) : version(name, version)).orElse(null);
        if (graph == null) {
            return null;
        }
        Version key = new Version(name, graph.version());
        ToolOffer known = offers.get(key);
        if (known != null) {
            return known;
        }
        // A version never changes, so it is read once.
        ToolOffer read = offer(key);
        if (read != null) {
            offers.put(key, read);
        }
        return read;
    }

    private @Nullable ToolOffer offer(Version version) {
        try {
            Kept kept = store.find(version.name(), version.version()).orElse(null);
            return kept != null && Definitions.readAccepted(kept.definition()) instanceof GraphDefinition graph
                    ? new ToolOffer(GraphInput.description(graph), GraphInput.schema(graph), version.version())
                    : null;
        } catch (FaultsException unsound) {
            return null;
        }
    }

    @Override
    public Set<String> limitedGraphs() {
        return limited;
    }

    @Override
    public @Nullable QueueRules rules(String name, int version) {
        try {
            return graph(name, version).queue();
        } catch (IllegalStateException unsound) {
            LOG.debug("the limits of a graph are not known", unsound);
            return null;
        }
    }

    /** What the agents of a graph's runs may spend, by its newest version; null where nobody says. */
    public @Nullable BudgetRules budget(String name) {
        Integer version = newest.get(name);
        Graph graph = version == null ? null : graphs.get(new Version(name, version));
        return graph == null ? null : graph.budget();
    }

    /** The names of the graphs that have a version with a budget that runs share. */
    public Set<String> graphsThatShareBudgets() {
        return sharingBudgets;
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
        Instant known = changedAt.get(key);
        return known != null && !at.isAfter(known);
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
        changed(new RegistryKey(Kind.PRICE, price.name()), publishedAt);
    }

    private void publish(ScheduleDefinition schedule, Instant publishedAt, @Nullable String by) throws FaultsException {
        ScheduledInput.of(schedule);
        schedules.publish(schedule, publishedAt, by);
        changed(new RegistryKey(Kind.SCHEDULE, schedule.name()), publishedAt);
    }

    private void publish(AgentDefinition agent, Instant publishedAt, @Nullable String by) throws FaultsException {
        RegistryKey key = new RegistryKey(Kind.AGENT, agent.name());
        clients.open(agent).close();
        List<Fault> missing = ToolNames.faults(agent, new Published());
        if (!missing.isEmpty()) {
            throw new FaultsException(missing);
        }
        if (agentStore.publish(agent, publishedAt, by)) {
            removed.remove(key);
            open(agent, clients::openAccepted);
            available.accept(agent.name());
        }
        changed(key, publishedAt);
    }

    private void publish(GraphDefinition graph, Instant publishedAt, @Nullable String by) throws FaultsException {
        RegistryKey key = new RegistryKey(Kind.GRAPH, graph.name());
        GraphCompiler.compile(graph, 1, new Published());
        Optional<Integer> version = keep(graph, publishedAt, by);
        if (version.isPresent()) {
            graph(graph.name(), version.get());
            newest.merge(graph.name(), version.get(), Math::max);
            removed.remove(key);
        }
        changed(key, publishedAt);
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
            removed.add(key);
            forget(key);
        }
        changed(key, removedAt);
    }

    private void forget(RegistryKey key) {
        if (key.kind() == Kind.PRICE) {
            clients.prices().remove(key.name());
        }
        if (key.kind() == Kind.AGENT) {
            unusable.remove(key.name());
            OpenAgent before = agents.remove(key.name());
            if (before != null) {
                // Once calls under way have finished.
                before.ready().client().close();
            }
        }
    }

    private void open(AgentDefinition definition, Opening opening) throws FaultsException {
        OpenAgent current = agents.get(definition.name());
        if (current != null && current.definition().source().equals(definition.source())) {
            return;
        }
        AgentClient client = opening.open(definition);
        ReadyAgent ready = new ReadyAgent(
                client,
                definition.kind(),
                RetryPolicy.DEFAULT.with(definition.retry()),
                Objects.requireNonNullElse(definition.timeout(), ReadyAgent.DEFAULT_TIMEOUT),
                definition.guard());
        OpenAgent before = agents.put(definition.name(), new OpenAgent(definition, ready));
        unusable.remove(definition.name());
        if (before != null) {
            // Once calls under way have finished on the old settings.
            before.ready().client().close();
        }
    }

    /** A Java agent on the class path needs no definition. */
    private @Nullable OpenAgent ready(String name) {
        OpenAgent open = agents.get(name);
        if (open != null) {
            return open;
        }
        if (isRemoved(Kind.AGENT, name)) {
            return null;
        }
        try {
            open((AgentDefinition) Definitions.read(AgentStore.undefined(name)), clients::open);
        } catch (FaultsException noSuchAgent) {
            return null;
        }
        return agents.get(name);
    }

    private Map<String, Integer> newestInside(GraphDefinition graph) {
        Map<String, Integer> inside = new TreeMap<>();
        graph.nodes().values().forEach(node -> {
            if (node.work() instanceof NodeDefinition.ByGraph(String name, Integer version) && version == null) {
                inside.put(name, newest.getOrDefault(name, 0));
            }
        });
        return inside;
    }

    private Graph compile(Kept kept) {
        try {
            GraphDefinition definition = (GraphDefinition) Definitions.readAccepted(kept.definition());
            return GraphCompiler.compile(definition, kept.version(), new Pinned(kept.inside()));
        } catch (JdbiException away) {
            throw away;
        } catch (FaultsException | RuntimeException | StackOverflowError corrupt) {
            String fault = "version " + kept.version() + " of graph " + kept.name()
                    + " cannot be read by this release: " + corrupt.getMessage();
            // A version never changes, so it is read once.
            unsound.put(new Version(kept.name(), kept.version()), fault);
            throw new IllegalStateException(fault, corrupt);
        }
    }

    @Override
    public void close() {
        agents.values().forEach(agent -> agent.ready().client().close());
    }

    /** What a new definition may refer to. */
    private final class Published implements Library {
        @Override
        public AnswerSchemas answerSchemas() {
            return JsonSchemas.INSTANCE;
        }

        @Override
        public boolean hasAgent(String name) {
            return ready(name) != null;
        }

        @Override
        public @Nullable Graph graph(String name, @Nullable Integer version) {
            return (version == null ? newest(name) : version(name, version)).orElse(null);
        }
    }

    /** What a stored definition refers to: it was checked when it was published, and means what it meant then. */
    private final class Pinned implements Library {
        private final Map<String, Integer> inside;

        Pinned(Map<String, Integer> inside) {
            this.inside = inside;
        }

        @Override
        public boolean hasAgent(String name) {
            return true;
        }

        @Override
        public Graph graph(String name, @Nullable Integer version) {
            return Catalog.this.graph(name, version == null ? inside.getOrDefault(name, 0) : version);
        }
    }

    /** Makes a client of a definition. */
    private interface Opening {
        AgentClient open(AgentDefinition definition) throws FaultsException;
    }

    private record Version(String name, int version) {}

    private record OpenAgent(AgentDefinition definition, ReadyAgent ready) {}
}
