package dev.postroad.runtime.registry;

import dev.postroad.runtime.agent.attempt.ToolOffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What models were told last of graphs that are tools; bounded. Thread-safe. */
final class LatestOffers {
    private static final int MOST = 200;

    private final Map<GraphVersion, ToolOffer> latest = new LinkedHashMap<>(16, 0.75f, true);

    synchronized @Nullable ToolOffer find(GraphVersion version) {
        return latest.get(version);
    }

    synchronized void keep(GraphVersion version, ToolOffer offer) {
        latest.put(version, offer);
        if (latest.size() > MOST) {
            latest.remove(latest.keySet().iterator().next());
        }
    }
}
