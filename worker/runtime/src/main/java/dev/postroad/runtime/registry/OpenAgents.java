package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.run.calls.ReadyAgent;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents that this worker can call, each with a client that is open; of others why it cannot, and that they were
 * removed. Thread-safe.
 */
final class OpenAgents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenAgents.class);

    private final AgentClients clients;
    private final ConcurrentHashMap<String, OpenAgent> open = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, String> unusable = new ConcurrentHashMap<>();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();

    /** An agent as it is defined now. */
    record OpenAgent(AgentDefinition definition, ReadyAgent ready) {}

    /** Makes a client of a definition. */
    private interface Opening {
        AgentClient open(AgentDefinition definition) throws FaultsException;
    }

    /** @param clients reaches agents; closed by its owner */
    OpenAgents(AgentClients clients) {
        this.clients = clients;
    }

    /** Takes up what is stored of an agent, which another worker may have accepted. */
    void load(AgentStore.Kept kept) {
        if (kept.removed()) {
            removed.add(kept.name());
            return;
        }
        try {
            open((AgentDefinition) Definitions.readAccepted(kept.definition()), clients::openAccepted);
        } catch (FaultsException | RuntimeException fault) {
            LOG.warn("agent {} cannot be used by this worker: {}", kept.name(), fault.getMessage());
            unusable.put(kept.name(), String.valueOf(fault.getMessage()).replace("\n", "; "));
        }
    }

    /** Takes up an agent that was published. */
    void published(AgentDefinition agent) throws FaultsException {
        removed.remove(agent.name());
        open(agent, clients::openAccepted);
    }

    private void open(AgentDefinition definition, Opening opening) throws FaultsException {
        OpenAgent current = open.get(definition.name());
        if (current != null && current.definition().source().equals(definition.source())) {
            return;
        }
        AgentClient client = opening.open(definition);
        ReadyAgent ready = new ReadyAgent(
                client,
                definition.kind(),
                RetryPolicy.DEFAULT.with(definition.retry()),
                Objects.requireNonNullElse(definition.timeout(), ReadyAgent.DEFAULT_TIMEOUT),
                definition.guard());
        closeOnceLeft(open.put(definition.name(), new OpenAgent(definition, ready)));
        unusable.remove(definition.name());
    }

    /** Calls that are under way finish on the old settings. */
    private static void closeOnceLeft(@Nullable OpenAgent before) {
        if (before != null) {
            before.ready().client().close();
        }
    }

    /** Forgets an agent that was removed. */
    void removed(String name) {
        removed.add(name);
        unusable.remove(name);
        closeOnceLeft(open.remove(name));
    }

    boolean isOpen(String name) {
        return open.containsKey(name);
    }

    /** The Java agents that are open and made by some providers. */
    List<String> of(List<String> providers) {
        return open.values().stream()
                .map(OpenAgent::definition)
                .filter(agent -> agent.kind() == AgentDefinition.Kind.JAVA
                        && providers.contains(agent.source().path("provider").asText(agent.name())))
                .map(AgentDefinition::name)
                .toList();
    }

    /** An agent that can be called; null for none. A Java agent on the class path needs no definition. */
    @Nullable
    OpenAgent find(String name) {
        OpenAgent there = open.get(name);
        if (there != null) {
            return there;
        }
        if (removed.contains(name)) {
            return null;
        }
        try {
            open((AgentDefinition) Definitions.read(AgentStore.undefined(name)), clients::open);
        } catch (FaultsException noSuchAgent) {
            return null;
        }
        return open.get(name);
    }

    /** Why this worker cannot use an agent that is published; null for no reason. */
    @Nullable
    String fault(String name) {
        return unusable.get(name);
    }

    @Override
    public void close() {
        open.values().forEach(agent -> agent.ready().client().close());
    }
}
