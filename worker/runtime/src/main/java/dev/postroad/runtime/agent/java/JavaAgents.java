package dev.postroad.runtime.agent.java;

import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Shown;
import dev.postroad.runtime.agent.attempt.AgentAbsentException;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.CommonSettings;
import dev.postroad.runtime.agent.attempt.Thrown;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Java agents that are in this worker now, one instance each: those of the class path, which stay, and those of
 * plug-ins, which come and go. One that cannot be loaded from the class path is remembered and spoils no other.
 * Thread-safe; plug-ins are changed by one thread.
 */
public final class JavaAgents {
    /** Whether an agent must be here when a definition names it. */
    public enum Presence {
        /** It must, so that a mistake shows when the definition is published. */
        REQUIRED,
        /** It may come later. */
        AWAITED
    }

    private static final Set<String> KNOWN = CommonSettings.and("provider");

    /** A service loader that fails without end must not hang the start. */
    private static final int MOST_PROBLEMS = 100;

    /** Each look finds other code only if a plug-in was replaced in between, which takes milliseconds. */
    private static final int MOST_LOOKS = 100;

    private static final String CLASS_PATH = "the class path";

    private final List<String> problems = new ArrayList<>();
    private final Lease classPath = new Lease();

    /** Replaced as a whole, so that all agents of a plug-in change at once. */
    private volatile Map<String, HostedAgent> agents = Map.of();

    /** Those that the class path has. */
    public static JavaAgents onClassPath() {
        return of(ServiceLoader.load(JavaAgent.class).iterator());
    }

    /** Those that an iterator gives, with the reasons why it fails. */
    public static JavaAgents of(Iterator<JavaAgent> providers) {
        JavaAgents found = new JavaAgents();
        found.load(providers);
        return found;
    }

    private void load(Iterator<JavaAgent> providers) {
        Map<String, HostedAgent> found = new TreeMap<>();
        while (problems.size() < MOST_PROBLEMS) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                add(providers.next(), found);
            } catch (Throwable unusable) {
                problems.add(Thrown.text(unusable));
            }
        }
        agents = Map.copyOf(found);
    }

    @SuppressWarnings("NullAway") // Agents are not compiled by us, so a name may be null all the same.
    private void add(JavaAgent agent, Map<String, HostedAgent> found) {
        String name = agent.name();
        if (name == null) {
            problems.add(agent.getClass().getName() + " has no name");
        } else if (found.putIfAbsent(name, new HostedAgent(agent, CLASS_PATH, classPath)) != null) {
            problems.add(agent.getClass().getName() + " has the name " + Fields.quoted(name) + " of another agent");
        }
    }

    /** Lets the agents of a plug-in go and others come, at once. */
    public void change(Collection<String> leaving, Map<String, HostedAgent> coming) {
        Map<String, HostedAgent> changed = new TreeMap<>(agents);
        changed.keySet().removeAll(leaving);
        changed.putAll(coming);
        agents = Map.copyOf(changed);
    }

    /** The agent of a name; empty where there is none now. */
    public Optional<HostedAgent> find(String name) {
        return Optional.ofNullable(agents.get(name));
    }

    /**
     * An agent that is not unloaded before its lease is left.
     *
     * @throws AgentAbsentException where there is none of this name
     */
    HostedAgent enter(String name) {
        for (int look = 0; look < MOST_LOOKS; look++) {
            HostedAgent agent = agents.get(name);
            if (agent == null) {
                break;
            }
            if (agent.lease().enter()) {
                return agent;
            }
        }
        throw new AgentAbsentException("no JavaAgent named " + Fields.quoted(name) + " is in this worker");
    }

    /** The names of those that were found. */
    public Set<String> names() {
        return Set.copyOf(agents.keySet());
    }

    /** A client for the agent that the settings name, or null with the fault noted. */
    @Nullable
    public AgentClient open(Fields fields, String defaultName, Presence presence) {
        fields.onlyKnown(KNOWN);
        String named = fields.text("provider");
        String name = named == null ? defaultName : named;
        boolean mayBeUsed = switch (presence) {
            case REQUIRED -> agents.containsKey(name);
            case AWAITED -> true;
        };
        if (!mayBeUsed) {
            fields.fault(
                    "provider",
                    "no JavaAgent is named " + Fields.quoted(name),
                    "use one of those found: " + found() + "; or put its jar into every worker's plug-in folder"
                            + " (POSTROAD_PLUGIN_DIR) or on its class path");
            return null;
        }
        return new JavaAgentClient(this, name);
    }

    private String found() {
        Set<String> names = new TreeMap<>(agents).keySet();
        String all = names.isEmpty() ? "none" : Shown.names(names);
        return problems.isEmpty() ? all : all + " (not loaded: " + String.join("; ", problems) + ")";
    }
}
