package dev.postroad.runtime.agent.plugin;

import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.runtime.agent.java.HostedAgent;
import dev.postroad.runtime.agent.java.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A jar that was loaded, with its agents, and the lease of all calls of them. Loaded and
 * unloaded by one thread; else thread-safe.
 */
final class Plugin {
    private static final Logger LOG = LoggerFactory.getLogger(Plugin.class);
    private static final Duration CLOSING_ALLOWED = Duration.ofSeconds(5);

    private final PluginJar jar;
    private final JarStamp stamp;
    private final SortedMap<String, JavaAgent> agents;
    private final Lease lease = new Lease();

    Plugin(PluginJar jar, JarStamp stamp, Map<String, JavaAgent> agents) {
        this.jar = jar;
        this.stamp = stamp;
        this.agents = new TreeMap<>(agents);
    }

    /** What the jar was like when it was loaded. */
    JarStamp stamp() {
        return stamp;
    }

    /** In order. */
    List<String> names() {
        return List.copyOf(agents.keySet());
    }

    Map<String, HostedAgent> hosted() {
        Map<String, HostedAgent> hosted = new TreeMap<>();
        agents.forEach((name, agent) -> hosted.put(name, new HostedAgent(agent, jar.name(), lease)));
        return hosted;
    }

    /** No call begins any more. */
    void giveUp() {
        lease.giveUp();
    }

    /** Whether no call will need it again. */
    boolean isIdle() {
        return lease.isOver();
    }

    /** Leaves nothing behind of a plug-in whose calls do not end before the process does. */
    void deleteCopy() {
        jar.deleteCopy();
    }

    /** Closes the agents that want it, and forgets the classes. */
    void unload() throws InterruptedException {
        unload(jar, agents.values());
    }

    static void unload(PluginJar jar, Collection<JavaAgent> agents) throws InterruptedException {
        try {
            for (JavaAgent agent : agents) {
                if (agent instanceof AutoCloseable closeable) {
                    close(jar, closeable);
                }
            }
        } finally {
            jar.close();
        }
    }

    private static void close(PluginJar jar, AutoCloseable agent) throws InterruptedException {
        try {
            PluginCode.run(jar.name(), jar.loader(), CLOSING_ALLOWED, () -> {
                agent.close();
                return true;
            });
        } catch (PluginRefusedException failed) {
            LOG.warn("an agent of plug-in {} did not close well: {}", jar.name(), failed.getMessage());
        } catch (TimeoutException stuck) {
            LOG.warn("an agent of plug-in {} did not close within {}", jar.name(), CLOSING_ALLOWED);
        }
    }
}
