package dev.postroad.runtime.agent.plugin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Makes a plug-in of a jar, wholly or not at all. Confined to one thread. */
final class PluginLoading {
    private static final String SERVICES = "META-INF/services/" + JavaAgent.class.getName();
    private static final Duration ALLOWED = Duration.ofSeconds(20);

    private final PluginJar jar;

    /** Also those of a jar whose next agent cannot be made; filled by the thread that makes them. */
    private final Queue<Named> made = new ConcurrentLinkedQueue<>();

    private PluginLoading(PluginJar jar) {
        this.jar = jar;
    }

    /**
     * Loads a jar, and makes each agent in it. Empty where the jar was changed or went away meanwhile.
     *
     * @throws PluginRefusedException where it is of no use; nothing of it is left then
     */
    static Optional<Plugin> load(Path file, JarStamp stamp) throws PluginRefusedException, InterruptedException {
        PluginLoading loading = new PluginLoading(copied(file));
        Plugin loaded = null;
        try {
            if (stamp.isOf(file)) {
                loaded = new Plugin(loading.jar, stamp, loading.agents());
            }
            return Optional.ofNullable(loaded);
        } finally {
            if (loaded == null) {
                loading.undo();
            }
        }
    }

    private static PluginJar copied(Path file) throws PluginRefusedException {
        try {
            return PluginJar.copyOf(file);
        } catch (IOException unreadable) {
            throw new PluginRefusedException(
                    "it cannot be copied: " + unreadable + "; touch it to have it tried again");
        }
    }

    private void undo() throws InterruptedException {
        Plugin.unload(jar, made.stream().map(Named::agent).toList());
    }

    private SortedMap<String, JavaAgent> agents() throws PluginRefusedException, InterruptedException {
        checkServices();
        try {
            PluginCode.run(jar.name(), jar.loader(), ALLOWED, this::make);
            return named();
        } catch (TimeoutException stuck) {
            throw new PluginRefusedException("its agents were not made within " + ALLOWED.toSeconds() + " s");
        }
    }

    private void checkServices() throws PluginRefusedException {
        try {
            if (!jar.has(SERVICES)) {
                throw new PluginRefusedException("it has no " + SERVICES + ", which names the classes of its agents");
            }
        } catch (IOException noJar) {
            throw new PluginRefusedException("it is no jar: " + noJar.getMessage());
        }
    }

    private boolean make() {
        ServiceLoader.load(JavaAgent.class, jar.loader()).forEach(agent -> made.add(new Named(agent.name(), agent)));
        return true;
    }

    private SortedMap<String, JavaAgent> named() throws PluginRefusedException {
        SortedMap<String, JavaAgent> agents = new TreeMap<>();
        for (Named one : made) {
            if (agents.putIfAbsent(checkedName(one), one.agent) != null) {
                throw new PluginRefusedException("two of its agents are named " + Fields.quoted(checkedName(one)));
            }
        }
        if (agents.isEmpty()) {
            throw new PluginRefusedException("its " + SERVICES + " names no agent");
        }
        return agents;
    }

    /** By the rules for definitions, as a graph could not name it otherwise. */
    private static String checkedName(Named one) throws PluginRefusedException {
        String type = one.agent.getClass().getName();
        String name = one.name;
        if (name == null) {
            throw new PluginRefusedException(type + " has no name");
        }
        try {
            Definitions.read(
                    JsonNodeFactory.instance.objectNode().put("agent", name).put("kind", "java"));
        } catch (FaultsException unsound) {
            throw new PluginRefusedException("the name of " + type + " is unsound: " + unsound.getMessage());
        }
        return name;
    }

    private record Named(@Nullable String name, JavaAgent agent) {}
}
