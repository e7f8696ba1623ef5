package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.RemoteClient;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import dev.postroad.runtime.agent.attempt.Toolbox;
import dev.postroad.runtime.agent.attempt.Web;
import dev.postroad.runtime.agent.attempt.WebAddress;
import dev.postroad.runtime.agent.http.HttpAgent;
import dev.postroad.runtime.agent.http.HttpSettings;
import dev.postroad.runtime.agent.java.JavaAgents;
import dev.postroad.runtime.agent.java.JavaAgents.Presence;
import dev.postroad.runtime.agent.kafka.KafkaAgent;
import dev.postroad.runtime.agent.kafka.KafkaSettings;
import dev.postroad.runtime.agent.kafka.TaskSender;
import dev.postroad.runtime.agent.llm.LlmAgent;
import dev.postroad.runtime.agent.llm.LlmSettings;
import dev.postroad.runtime.agent.mcp.McpAgent;
import dev.postroad.runtime.agent.mcp.McpSettings;
import dev.postroad.runtime.agent.plugin.PluginFolder;
import dev.postroad.runtime.agent.plugin.PluginListener;
import dev.postroad.runtime.agent.plugin.Plugins;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens clients for agents of every kind. Owns the way to their servers, which they share, so it must outlive them.
 * Thread-safe.
 */
public final class AgentClients implements AutoCloseable {
    private final AgentEnvironment environment;
    private final TaskSender tasks;
    private final JavaAgents javaAgents;
    private volatile @Nullable PluginFolder plugins;
    private final Web web;
    private final AttemptSender sender;
    private final PriceList prices = new PriceList();
    private volatile Toolbox toolbox = Toolbox.NONE;

    /**
     * Finds the Java agents on the class path. One that cannot be loaded is a fault only where it is asked for.
     */
    public AgentClients(AgentEnvironment environment) {
        this(environment, TaskSender.NONE);
    }

    /**
     * As {@link #AgentClients(AgentEnvironment)}, with a way to agents on Kafka.
     *
     * @param tasks closed by its owner
     */
    public AgentClients(AgentEnvironment environment, TaskSender tasks) {
        this.environment = environment;
        this.tasks = tasks;
        javaAgents = JavaAgents.onClassPath();
        web = new Web(environment.connectTimeout(), environment.clock(), environment.reach());
        sender = new AttemptSender(web, environment.clock(), environment.reach());
    }

    /**
     * Loads the Java agents in the folder of plug-ins, if there is one, and follows that folder from then on.
     *
     * @param listener hears what becomes of plug-ins, those that are there at the start too
     */
    public void followPlugins(PluginListener listener) {
        Path folder = environment.pluginFolder();
        if (folder != null) {
            PluginFolder followed = new PluginFolder(folder, new Plugins(javaAgents, listener), environment.clock());
            plugins = followed;
            followed.start();
        }
    }

    /** Lets models call these agents and graphs, those of clients that are open already too. */
    public void offer(Toolbox offered) {
        toolbox = offered;
    }

    /** What models cost, for calls of all clients. */
    public PriceList prices() {
        return prices;
    }

    /** The names of the Java agents on the class path, which need no definition. */
    public Set<String> javaAgents() {
        return javaAgents.names();
    }

    /**
     * Opens a client for an agent that is published anew. Reaches out to nobody yet. The client is closed when the last
     * call that is under way on it has ended.
     *
     * @throws FaultsException with everything that is wrong with the definition's settings; a Java agent that is not in
     *     this worker is a fault
     */
    public AgentClient open(AgentDefinition definition) throws FaultsException {
        return open(definition, Presence.REQUIRED);
    }

    /**
     * Opens a client for an agent whose definition counts already, wherever it was accepted; otherwise as
     * {@link #open(AgentDefinition)}. A Java agent may come to this worker later, and is absent until then.
     */
    public AgentClient openAccepted(AgentDefinition definition) throws FaultsException {
        return open(definition, Presence.AWAITED);
    }

    private AgentClient open(AgentDefinition definition, Presence presence) throws FaultsException {
        List<Fault> faults = FaultList.ofDefinitions();
        Fields fields = Fields.of(definition.source(), "", faults);
        checkReach(definition.source(), "", fields);
        LimitKeys.check(definition.guard(), fields);
        AgentClient client = open(definition, fields, presence);
        if (client == null || !faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        Excerpt secrets = new Excerpt(SecretsOfDefinition.of(definition, environment));
        if (client instanceof RemoteClient) {
            // It is not called: its answers come by themselves, and are priced where they do.
            return client;
        }
        return new PricedClient(secrets.hidesNothing() ? client : new MaskingClient(client, secrets), prices);
    }

    /** Of whatever kind an agent is, and wherever in its definition an address stands. */
    private void checkReach(JsonNode tree, String path, Fields fields) {
        tree.properties().forEach(setting -> {
            JsonNode value = setting.getValue();
            String place = path + setting.getKey();
            boolean isAddress = value.isTextual()
                    && setting.getKey().toLowerCase(Locale.ROOT).matches(".*url|reconcile")
                    && WebAddress.problem(value.textValue()) == null;
            if (isAddress) {
                environment
                        .reach()
                        .problem(URI.create(value.textValue()))
                        .ifPresent(problem ->
                                fields.fault(place, problem, "ask whoever runs the workers to list it there"));
            }
            checkReach(value, place + ".", fields);
        });
    }

    /**
     * Looks whether a definition could be opened here, now.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public void check(AgentDefinition definition) throws FaultsException {
        open(definition).close();
    }

    private @Nullable AgentClient open(AgentDefinition definition, Fields fields, Presence presence) {
        return switch (definition.kind()) {
            case LLM -> {
                LlmSettings settings = LlmSettings.read(fields, environment);
                yield settings == null
                        ? null
                        : new LeasedClient(
                                () -> LlmAgent.open(settings, environment, sender, new Offers(), prices::priced));
            }
            case HTTP -> {
                HttpSettings settings = HttpSettings.read(fields, environment);
                RetryPolicy policy = RetryPolicy.DEFAULT.with(definition.retry());
                yield settings == null
                        ? null
                        : new LeasedClient(() -> HttpAgent.open(settings, environment, sender, policy));
            }
            case MCP -> {
                McpSettings settings = McpSettings.read(fields, environment);
                RetryPolicy policy = RetryPolicy.DEFAULT.with(definition.retry());
                yield settings == null ? null : new LeasedClient(() -> McpAgent.open(settings, environment, policy));
            }
            // Neither holds anything that a call could lose.
            case KAFKA -> KafkaAgent.open(definition.name(), KafkaSettings.read(fields), tasks);
            case JAVA -> javaAgents.open(fields, definition.name(), presence);
        };
    }

    /** Whatever is offered at the time. */
    private final class Offers implements Toolbox {
        @Override
        public ToolOffer toolOfAgent(String name) throws InterruptedException {
            return toolbox.toolOfAgent(name);
        }

        @Override
        public @Nullable ToolOffer toolOfGraph(String name, @Nullable Integer version) {
            return toolbox.toolOfGraph(name, version);
        }
    }

    /** Closed after those who call, as it aborts only calls that wait for their answer to begin. */
    @Override
    public void close() {
        web.close();
        PluginFolder followed = plugins;
        if (followed != null) {
            followed.close();
        }
    }
}
