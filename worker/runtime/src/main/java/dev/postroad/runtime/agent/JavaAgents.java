package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Java agents of this worker, one instance each. A plug-in that cannot be loaded is remembered and spoils no
 * other. Thread-safe once it is built.
 */
final class JavaAgents {
    private static final Set<String> KNOWN = Stream.concat(AgentClients.COMMON_SETTINGS.stream(), Stream.of("provider"))
            .collect(Collectors.toUnmodifiableSet());

    /** A service loader that fails without end must not hang the start. */
    private static final int MOST_PROBLEMS = 100;

    private final Map<String, JavaAgent> agents = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private JavaAgents() {}

    static JavaAgents onClassPath() {
        JavaAgents found = new JavaAgents();
        found.load(ServiceLoader.load(JavaAgent.class).iterator());
        return found;
    }

    private void load(Iterator<JavaAgent> providers) {
        while (problems.size() < MOST_PROBLEMS) {
            try {
                if (!providers.hasNext()) {
                    return;
                }
                add(providers.next());
            } catch (ServiceConfigurationError | LinkageError | RuntimeException unusable) {
                problems.add(unusable.getCause() == null ? unusable.toString() : unusable + ": " + unusable.getCause());
            }
        }
    }

    @SuppressWarnings("NullAway") // Plug-ins are not compiled by us, so a name may be null all the same.
    private void add(JavaAgent agent) {
        String name = agent.name();
        if (name == null) {
            problems.add(agent.getClass().getName() + " has no name");
        } else if (agents.putIfAbsent(name, agent) != null) {
            problems.add(agent.getClass().getName() + " has the name " + Fields.quoted(name) + " of another agent");
        }
    }

    /** A client for the agent that the settings name, or null with the fault noted. */
    @Nullable
    AgentClient open(Fields fields, String defaultName) {
        fields.onlyKnown(KNOWN);
        String named = fields.text("provider");
        String name = named == null ? defaultName : named;
        JavaAgent agent = agents.get(name);
        if (agent == null) {
            fields.fault(
                    "provider",
                    "no JavaAgent is named " + Fields.quoted(name),
                    "use one of those found: " + found() + "; or put its jar on every worker's class path");
            return null;
        }
        return new JavaAgentClient(agent);
    }

    private String found() {
        String names = agents.isEmpty() ? "none" : String.join(", ", agents.keySet());
        return problems.isEmpty() ? names : names + " (not loaded: " + String.join("; ", problems) + ")";
    }
}
