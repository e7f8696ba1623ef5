package dev.postroad.runtime;

import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.agent.kafka.TaskTopics;
import dev.postroad.runtime.availability.AgentEventPublisher;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.availability.Availability;
import dev.postroad.runtime.availability.BreakerRows;
import dev.postroad.runtime.availability.PluginEvents;
import dev.postroad.runtime.budget.SharedBudgets;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.guard.Guards;
import dev.postroad.runtime.limit.ClusterLimits;
import dev.postroad.runtime.metrics.CallRecorder;
import dev.postroad.runtime.metrics.FiguresWriter;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.publish.OutputPublisher;
import dev.postroad.runtime.publish.Producers;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.registry.Refusals;
import dev.postroad.runtime.registry.RegistryReader;
import dev.postroad.runtime.run.calls.AgentCalls;
import dev.postroad.runtime.run.waking.AvailableAgents;
import dev.postroad.runtime.trace.Traces;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * The graphs and agents that are published, how agents stand, and the way to call them.
 *
 * @param available told of agents that can be called again
 */
record Agents(
        AgentClients clients,
        Catalog catalog,
        RegistryReader registry,
        AgentSwitch agentSwitch,
        Availability availability,
        AvailableAgents available,
        SharedBudgets budgets,
        AgentCalls calls) {

    /** @param seat what calls wait for */
    static Agents open(Foundation on, Storage storage, Publishing publishing, Traces traces, Seat seat) {
        WorkerSettings settings = on.settings();
        AgentEvents events = new AgentEvents(settings.workerId(), on.clock());
        AvailableAgents available = new AvailableAgents();
        AgentClients clients = on.part(new AgentClients(settings.agents(), tasks(on)));
        on.part(new AgentEventPublisher(
                        storage.jdbi(), publishing.producer(), settings.topics().agentEvents(), on.clock()))
                .start();
        Catalog catalog = on.part(new Catalog(storage.jdbi(), storage.definitions(), clients, events, available::add));
        on.limit().untilDone(settings.postgres(), catalog::load);
        clients.followPlugins(new PluginEvents(storage.jdbi(), events, catalog::javaAgentsArrived));
        RegistryReader registry = registry(on, storage, publishing, events, catalog);
        registry.start();

        AgentSwitch agentSwitch = new AgentSwitch(storage.jdbi(), events, on.clock());
        BreakerRows breakers = new BreakerRows(storage.jdbi(), agentSwitch, events, on.clock());
        Availability availability = on.part(new Availability(breakers, on.clock()));
        Guards guards = new Guards(breakers, availability, on.metrics(), on.clock());
        availability.start(changed -> {
            guards.follow(changed);
            changed.stream().filter(agent -> availability.of(agent) == null).forEach(available::add);
        });
        CallRecorder recorder = new CallRecorder(on.metrics(), on.clock());
        on.part(new FiguresWriter(
                        recorder, storage.shared(), settings.workerId(), settings.metricsRetention(), on.clock()))
                .start();
        SharedBudgets budgets = new SharedBudgets(storage.shared(), catalog::budget, on.clock());
        ClusterLimits limits = on.part(
                new ClusterLimits(storage.shared(), seat.self().id(), seat.lease()::losses, on.ticker(), on.clock()));
        limits.start();
        OutputPublisher output = publishing.output();
        AgentCalls calls = on.part(new AgentCalls(
                catalog,
                guards,
                output::open,
                storage.logs(),
                new CachedResults(storage.jdbi(), on.clock()),
                recorder,
                seat,
                budgets::exceeded,
                limits,
                traces,
                on.clock()));
        return new Agents(clients, catalog, registry, agentSwitch, availability, available, budgets, calls);
    }

    private static TaskTopics tasks(Foundation on) {
        WorkerSettings settings = on.settings();
        KafkaProducer<String, byte[]> producer = Producers.forTasks(settings.kafka());
        on.part(() -> producer.close(Duration.ofSeconds(5)));
        on.part(new KafkaClientMetrics(producer)).bindTo(on.metrics());
        return on.part(new TaskTopics(producer, settings.kafka(), settings.topics(), settings.partitions()));
    }

    private static RegistryReader registry(
            Foundation on, Storage storage, Publishing publishing, AgentEvents events, Catalog catalog) {
        Outlets outlets = publishing.outlets();
        return on.part(new RegistryReader(
                on.settings().kafka(),
                on.settings().topics().registry(),
                new RegistryReader.Collaborators(
                        catalog,
                        new Refusals(storage.jdbi(), events),
                        (incoming, reason, kept) -> outlets.deadLetter(incoming.record(), reason, kept),
                        publishing.look(),
                        on.clock())));
    }

    /** Whether an agent can be called, as far as is known. */
    boolean canBeCalled(String agent) {
        return availability.of(agent) == null && catalog.agent(agent).isPresent();
    }
}
