package dev.postroad.runtime.agent.plugin;

import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.java.HostedAgent;
import dev.postroad.runtime.agent.java.JavaAgents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plug-ins of this worker, and the jars that are of no use. The former content of a jar stays in use until the new
 * one is loaded and found sound, and is unloaded when the last call on it has ended. Confined to one thread.
 */
public final class Plugins {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    private final JavaAgents agents;
    private final PluginListener listener;
    private final Map<String, Plugin> loaded = new TreeMap<>();
    private final Map<String, JarStamp> broken = new TreeMap<>();
    /** Sound, but another has an agent of the same name. */
    private final Map<String, JarStamp> clashing = new TreeMap<>();

    private final List<Plugin> leaving = new ArrayList<>();

    public Plugins(JavaAgents agents, PluginListener listener) {
        this.agents = agents;
        this.listener = listener;
    }

    /** Of all that were taken up, of use or not. */
    Set<String> jars() {
        Set<String> jars = new HashSet<>(loaded.keySet());
        jars.addAll(broken.keySet());
        jars.addAll(clashing.keySet());
        return jars;
    }

    /** Whether a jar was taken up as it is, of use or not. */
    boolean know(String jar, JarStamp stamp) {
        Plugin current = loaded.get(jar);
        return (current != null && current.stamp().equals(stamp))
                || stamp.equals(broken.get(jar))
                || stamp.equals(clashing.get(jar));
    }

    /** Loads a jar in place of its former content; where it is of no use, that stays. */
    void takeUp(Path file, JarStamp stamp) throws InterruptedException {
        String jar = String.valueOf(file.getFileName());
        Plugin before = loaded.get(jar);
        try {
            Optional<Plugin> fresh = PluginLoading.load(file, stamp);
            if (fresh.isPresent()) {
                useUnlessItClashes(jar, before, fresh.get());
            }
        } catch (PluginRefusedException useless) {
            forget(jar);
            broken.put(jar, stamp);
            refused(jar, before, String.valueOf(useless.getMessage()));
        }
    }

    private void useUnlessItClashes(String jar, @Nullable Plugin before, Plugin fresh) throws InterruptedException {
        forget(jar);
        Optional<String> clash = clash(fresh, before);
        if (clash.isEmpty()) {
            use(jar, before, fresh);
            return;
        }
        fresh.unload();
        clashing.put(jar, fresh.stamp());
        refused(jar, before, clash.get());
    }

    private void forget(String jar) {
        broken.remove(jar);
        clashing.remove(jar);
    }

    private Optional<String> clash(Plugin fresh, @Nullable Plugin before) {
        for (String name : fresh.names()) {
            HostedAgent other = agents.find(name).orElse(null);
            if (other != null && (before == null || !before.names().contains(name))) {
                return Optional.of("its agent " + Fields.quoted(name) + " is there already, from " + other.origin());
            }
        }
        return Optional.empty();
    }

    private void use(String jar, @Nullable Plugin before, Plugin fresh) {
        List<String> former = before == null ? List.of() : before.names();
        agents.change(former, fresh.hosted());
        loaded.put(jar, fresh);
        if (before != null) {
            letGo(before);
        }
        LOG.info("plug-in {} is loaded, with agents {}", jar, fresh.names());
        tell(() -> listener.loaded(jar, fresh.names()));
        List<String> dropped =
                former.stream().filter(name -> !fresh.names().contains(name)).toList();
        if (!dropped.isEmpty()) {
            removed(jar, dropped);
        }
    }

    /** Lets go of jars that are there no more. */
    void remove(Collection<String> jars) {
        for (String jar : jars) {
            forget(jar);
            Plugin gone = loaded.remove(jar);
            if (gone != null) {
                agents.change(gone.names(), Map.of());
                letGo(gone);
                removed(jar, gone.names());
            }
        }
    }

    private void letGo(Plugin plugin) {
        plugin.giveUp();
        leaving.add(plugin);
    }

    private void refused(String jar, @Nullable Plugin before, String reason) {
        List<String> staying = before == null ? List.of() : before.names();
        LOG.warn("plug-in {} is refused, and of its former content stay agents {}: {}", jar, staying, reason);
        tell(() -> listener.refused(jar, staying, reason));
    }

    private void removed(String jar, List<String> names) {
        // Another jar may have waited for such a name.
        clashing.clear();
        LOG.info("agents {} of plug-in {} are gone", names, jar);
        tell(() -> listener.removed(jar, names));
    }

    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException deaf) {
            LOG.warn("what became of a plug-in could not be told", deaf);
        }
    }

    /** Unloads what no call needs any more. */
    void unloadIdle() throws InterruptedException {
        for (Iterator<Plugin> all = leaving.iterator(); all.hasNext(); ) {
            Plugin plugin = all.next();
            if (plugin.isIdle()) {
                all.remove();
                plugin.unload();
            }
        }
    }

    /** Unloads everything that no call needs, and leaves the rest to the end of the process; tells nobody. */
    void close() throws InterruptedException {
        for (Plugin plugin : loaded.values()) {
            agents.change(plugin.names(), Map.of());
            letGo(plugin);
        }
        loaded.clear();
        unloadIdle();
        leaving.forEach(Plugin::deleteCopy);
    }
}
