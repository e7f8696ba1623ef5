package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.registry.GraphStore.Kept;
import dev.postroad.runtime.registry.KnownVersion.Sound;
import dev.postroad.runtime.registry.KnownVersion.Unsound;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compiled graphs. In memory is the newest version of each that is published, and of the others what was asked for
 * last or is gone by: see {@link OlderVersions}. The rest is read from Postgres when somebody comes to it:
 *
 * <pre>
 *   publish ──► newest ──► older, asked for lately ──► gone by still ──► in Postgres alone
 *                                  ▲                                          │
 *                                  └──────────────── read ◄───────────────────┘
 * </pre>
 *
 * <p>A run holds its graph, so it is stepped without a look here. Who must not wait asks by {@link #lookUp}, and again.
 * Thread-safe; told of what is published and removed by one thread.
 */
final class GraphVersions {
    private static final Logger LOG = LoggerFactory.getLogger(GraphVersions.class);

    /** A node with its expressions takes some ten kilobytes. */
    private static final int MOST_OLDER_NODES = 2_000;

    private static final int MOST_COMING = 64;

    private final GraphStore store;
    private final ConcurrentHashMap<String, Newest> newest = new ConcurrentHashMap<>();
    private final OlderVersions older;
    private final Set<GraphVersion> coming = ConcurrentHashMap.newKeySet();
    private final Set<String> limited = ConcurrentHashMap.newKeySet();
    private final Set<String> sharingBudgets = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<String, BudgetRules> budgets = new ConcurrentHashMap<>();

    /** That of the worker, which is told of what its threads end with. */
    private final Thread.UncaughtExceptionHandler owner = Thread.currentThread().getThreadGroup();

    /** A graph that is published. */
    private record Newest(VersionNumbers numbers, GraphVersion version, KnownVersion known) {}

    GraphVersions(GraphStore store) {
        this(store, MOST_OLDER_NODES);
    }

    /** @param mostOlder see {@link OlderVersions} */
    GraphVersions(GraphStore store, int mostOlder) {
        this.store = store;
        this.older = new OlderVersions(mostOlder);
    }

    /** Reads what Postgres holds. */
    void load() {
        limited.addAll(store.limited());
        sharingBudgets.addAll(store.withBudgets());
        Set<String> removed = store.removed();
        Map<String, VersionNumbers> numbers = store.numbers();
        for (Kept kept : store.newest(sharingBudgets)) {
            GraphVersion version = new GraphVersion(kept.name(), kept.version());
            KnownVersion known = inMemory(version);
            if (known == null) {
                known = compiled(kept);
            }
            if (known instanceof Unsound(String why)) {
                LOG.warn("{}; its runs are left to workers that can read it", why);
            }
            noteBudget(kept.name(), known);
            if (!removed.contains(kept.name())) {
                VersionNumbers all = numbers.getOrDefault(kept.name(), new VersionNumbers());
                all.add(kept.version(), kept.version());
                newest.put(kept.name(), new Newest(all, version, known));
            }
        }
    }

    /** The newest version of a graph; empty where there is none that can be used. */
    Optional<Graph> newest(String name) {
        Newest there = newest.get(name);
        return there == null ? Optional.empty() : sound(there.known());
    }

    /** The number of the newest version of a graph; 0 where there is none. */
    int newestNumber(String name) {
        Newest there = newest.get(name);
        return there == null ? 0 : there.version().number();
    }

    /** A version that new runs may go by, read where need be; empty where there is none that can be used. */
    Optional<Graph> version(String name, int number) {
        return isThere(name, number) ? sound(known(new GraphVersion(name, number))) : Optional.empty();
    }

    private boolean isThere(String name, int number) {
        Newest there = newest.get(name);
        return there != null && there.numbers().contains(number);
    }

    private static Optional<Graph> sound(@Nullable KnownVersion known) {
        return known instanceof Sound(Graph graph) ? Optional.of(graph) : Optional.empty();
    }

    /**
     * What new runs may go by, from memory.
     *
     * @param number null for the newest
     */
    GraphLookup lookUp(String name, @Nullable Integer number) {
        Newest there = newest.get(name);
        if (there == null || (number != null && !there.numbers().contains(number))) {
            return new GraphLookup.Absent();
        }
        GraphVersion version = number == null ? there.version() : new GraphVersion(name, number);
        KnownVersion known = version.equals(there.version()) ? there.known() : older.find(version);
        return switch (known) {
            case null -> {
                fetch(version);
                yield new GraphLookup.Coming();
            }
            case Sound(Graph graph) -> new GraphLookup.Found(graph);
            case Unsound(String why) -> new GraphLookup.Unsound(why);
        };
    }

    private void fetch(GraphVersion version) {
        if (coming.size() < MOST_COMING && coming.add(version)) {
            Thread.ofVirtual()
                    .name("postroad-graph")
                    .uncaughtExceptionHandler(owner)
                    .start(() -> {
                        try {
                            if (known(version) == null) {
                                KnownVersion _ = older.keep(version, lost(version));
                            }
                        } catch (RuntimeException away) {
                            // Whoever wants it asks again, and pauses between.
                            LOG.debug("a version of a graph cannot be read yet", away);
                        } finally {
                            coming.remove(version);
                        }
                    });
        }
    }

    /** Its number was there when this worker read them, and its row is gone since: whoever waited for it would for ever. */
    private static Unsound lost(GraphVersion version) {
        return new Unsound("version " + version.number() + " of graph " + version.name()
                + " is not in Postgres any more; apply it anew, and name the version that it gets");
    }

    /**
     * A version that a run goes by, whether its graph is published still or not; read where need be.
     *
     * @throws IllegalStateException where there is none, or it cannot be used
     */
    Graph graph(String name, int number) {
        GraphVersion version = new GraphVersion(name, number);
        KnownVersion inMemory = inMemory(version);
        if (inMemory == null && number == Graph.OF_AGENT) {
            return Graph.ofAgent(name);
        }
        return switch (inMemory == null ? known(version) : inMemory) {
            case null -> throw new IllegalStateException("there is no version " + number + " of graph " + name);
            case Sound(Graph graph) -> graph;
            case Unsound(String why) -> throw new IllegalStateException(why);
        };
    }

    /** What is known of a version, read where need be; null where none is stored. */
    private @Nullable KnownVersion known(GraphVersion version) {
        KnownVersion inMemory = inMemory(version);
        return inMemory != null
                ? inMemory
                : store.find(version)
                        .map(kept -> older.keep(version, compiled(kept)))
                        .orElse(null);
    }

    private @Nullable KnownVersion inMemory(GraphVersion version) {
        Newest there = newest.get(version.name());
        return there != null && there.version().equals(version) ? there.known() : older.find(version);
    }

    private KnownVersion compiled(Kept kept) {
        try {
            GraphDefinition definition = (GraphDefinition) Definitions.readAccepted(kept.definition());
            Graph graph = GraphCompiler.compile(definition, kept.version(), new Pinned(kept.inside()));
            note(graph);
            return new Sound(graph);
        } catch (JdbiException away) {
            throw away;
        } catch (FaultsException | RuntimeException | StackOverflowError corrupt) {
            Memory.passOnIfShort(corrupt);
            return new Unsound("version " + kept.version() + " of graph " + kept.name()
                    + " cannot be read by this release: " + corrupt.getMessage());
        }
    }

    /** Notes of what kinds a version of a graph is. */
    void note(Graph graph) {
        if (graph.queue().isLimited()) {
            limited.add(graph.name());
        }
        if (graph.budgetPeriod() != null) {
            sharingBudgets.add(graph.name());
        }
    }

    private void noteBudget(String name, KnownVersion known) {
        BudgetRules rules = sound(known).map(Graph::budget).orElse(null);
        if (rules == null) {
            budgets.remove(name);
        } else {
            budgets.put(name, rules);
        }
    }

    /** The names of the graphs that may have a version with a limit to its runs. */
    Set<String> limited() {
        return limited;
    }

    /** The names of the graphs that may have a version with a budget that runs share. */
    Set<String> sharingBudgets() {
        return sharingBudgets;
    }

    /** What the newest version of a graph says that agents may spend, also of one that was removed; null for nothing. */
    @Nullable
    BudgetRules budget(String name) {
        return budgets.get(name);
    }

    /** A version was stored, or was stored already. */
    void published(String name, int number) {
        Newest before = newest.get(name);
        VersionNumbers numbers = before == null ? store.numbers(name) : before.numbers();
        numbers.add(number, number);
        if (before != null && before.version().number() >= number) {
            return;
        }
        GraphVersion version = new GraphVersion(name, numbers.newest());
        KnownVersion known = known(version);
        if (known == null) {
            throw new IllegalStateException("version " + version.number() + " of graph " + name + " is not stored");
        }
        if (before != null) {
            // Runs that go by it find it there from the first moment on.
            older.keep(before.version(), before.known());
        }
        newest.put(name, new Newest(numbers, version, known));
        noteBudget(name, known);
    }

    /** How many versions are held though nobody may go by them. */
    int held() {
        return newest.size() + older.held();
    }

    /** A graph is published no more; what goes by its versions does so still. */
    void removed(String name) {
        Newest before = newest.get(name);
        if (before != null) {
            older.keep(before.version(), before.known());
            newest.remove(name);
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
            return GraphVersions.this.graph(name, version == null ? inside.getOrDefault(name, 0) : version);
        }
    }
}
