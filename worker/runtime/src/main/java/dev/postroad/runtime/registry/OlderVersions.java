package dev.postroad.runtime.registry;

import dev.postroad.engine.graph.Graph;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Versions of graphs that are not the newest: those that were asked for last, up to so many nodes in all, and besides
 * those that anybody still goes by, such as a run in memory, so that there is never more than one of each. Thread-safe.
 */
final class OlderVersions {
    /** What a version weighs besides its nodes. */
    private static final int OWN_WEIGHT = 1;

    private final int most;
    private final LinkedHashMap<GraphVersion, KnownVersion> last = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<GraphVersion, Used> used = new HashMap<>();
    private final ReferenceQueue<Graph> dropped = new ReferenceQueue<>();
    private int weight;

    /** @param most how many nodes and versions together, unless a single one has more */
    OlderVersions(int most) {
        this.most = most;
    }

    /** What is known of a version; null where it is to be read. */
    synchronized @Nullable KnownVersion find(GraphVersion version) {
        forgetDropped();
        KnownVersion known = last.get(version);
        return known == null ? stillUsed(version) : known;
    }

    /** Keeps what was read, unless somebody was faster; gives what is known from now on. */
    synchronized KnownVersion keep(GraphVersion version, KnownVersion read) {
        forgetDropped();
        KnownVersion before = stillUsed(version);
        KnownVersion known = before == null ? read : before;
        KnownVersion replaced = last.put(version, known);
        weight += weight(known) - (replaced == null ? 0 : weight(replaced));
        if (known instanceof KnownVersion.Sound(Graph graph)) {
            used.put(version, new Used(version, graph, dropped));
        }
        Iterator<KnownVersion> oldest = last.values().iterator();
        while (weight > most && last.size() > 1) {
            weight -= weight(oldest.next());
            oldest.remove();
        }
        return known;
    }

    /** How many are held though nobody may go by them. */
    synchronized int held() {
        return last.size();
    }

    private @Nullable KnownVersion stillUsed(GraphVersion version) {
        Used held = used.get(version);
        Graph graph = held == null ? null : held.get();
        return graph == null ? null : new KnownVersion.Sound(graph);
    }

    private void forgetDropped() {
        for (Reference<?> next = dropped.poll(); next != null; next = dropped.poll()) {
            if (next instanceof Used gone) {
                used.remove(gone.version, gone);
            }
        }
    }

    private static int weight(KnownVersion known) {
        return switch (known) {
            case KnownVersion.Sound(Graph graph) -> OWN_WEIGHT + graph.nodes().size();
            case KnownVersion.Unsound _ -> OWN_WEIGHT;
        };
    }

    private static final class Used extends WeakReference<Graph> {
        private final GraphVersion version;

        Used(GraphVersion version, Graph graph, ReferenceQueue<Graph> dropped) {
            super(graph, dropped);
            this.version = version;
        }
    }
}
