package dev.postroad.cli.definitions;

import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/** The agents that a graph may name without defining them. */
final class KnownAgents {
    private KnownAgents() {}

    /** Those that are published, and those in Java that are on our own class path. */
    static Set<String> names(PublishedDefinitions stored) {
        Set<String> names = new TreeSet<>(stored.agents());
        try {
            ServiceLoader.load(JavaAgent.class).forEach(agent -> names.add(agent.name()));
        } catch (ServiceConfigurationError unusable) {
            // The worker says what is wrong with it, once the agent is asked for.
        }
        return names;
    }
}
