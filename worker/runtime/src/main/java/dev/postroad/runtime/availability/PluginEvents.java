package dev.postroad.runtime.availability;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.agent.plugin.PluginListener;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes what becomes of this worker's plug-ins, as events of the agents in them; of a plug-in without any, as one of the
 * jar. While Postgres is away, only the log tells of it. Thread-safe.
 */
public final class PluginEvents implements PluginListener {
    private static final Logger LOG = LoggerFactory.getLogger(PluginEvents.class);

    private final Jdbi jdbi;
    private final AgentEvents events;
    private final Consumer<List<String>> arrived;

    /** @param arrived told of the agents of a plug-in that has come; must not block for long */
    public PluginEvents(Jdbi jdbi, AgentEvents events, Consumer<List<String>> arrived) {
        this.jdbi = jdbi;
        this.events = events;
        this.arrived = arrived;
    }

    @Override
    public void loaded(String jar, List<String> agents) {
        note(AgentEventType.PLUGIN_LOADED, agents, object(jar));
        arrived.accept(agents);
    }

    @Override
    public void refused(String jar, List<String> agents, String reason) {
        note(
                AgentEventType.PLUGIN_REFUSED,
                agents.isEmpty() ? List.of(jar) : agents,
                object(jar).put("reason", reason));
    }

    @Override
    public void removed(String jar, List<String> agents) {
        note(AgentEventType.PLUGIN_REMOVED, agents, object(jar));
    }

    private static ObjectNode object(String jar) {
        return JsonNodeFactory.instance.objectNode().put("jar", jar);
    }

    private void note(AgentEventType type, List<String> agents, ObjectNode data) {
        try {
            jdbi.useTransaction(handle -> agents.forEach(agent -> events.append(handle, agent, type, data)));
        } catch (JdbiException away) {
            LOG.warn("{} of {} is not noted: {}", type.publicName(), agents, away.getMessage());
        }
    }
}
