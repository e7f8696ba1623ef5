package dev.postroad.runtime.run.waking;

import dev.postroad.runtime.background.Bell;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The agents that can be called again, for those who let runs go on that wait for them. Thread-safe. */
public final class AvailableAgents {
    private final Set<String> agents = ConcurrentHashMap.newKeySet();
    private final Bell news = new Bell();

    /** An agent that could not be called can be called again. Does not block. */
    public void add(String agent) {
        agents.add(agent);
        news.ring();
    }

    Bell news() {
        return news;
    }

    /** Those that came since the last time. */
    Set<String> take() {
        Set<String> taken = new HashSet<>(agents);
        agents.removeAll(taken);
        return taken;
    }
}
