package dev.postroad.runtime;

import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.availability.AgentEventPublisher;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.availability.Availability;
import dev.postroad.runtime.availability.BreakerRows;
import dev.postroad.runtime.availability.PluginEvents;
import dev.postroad.runtime.clock.ClockReader;
import dev.postroad.runtime.clock.SharedClock;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.database.Pools;
import dev.postroad.runtime.database.PostgresTrouble;
import dev.postroad.runtime.guard.Guards;
import dev.postroad.runtime.handover.AwaitedCalls;
import dev.postroad.runtime.handover.LeftCallRows;
import dev.postroad.runtime.handover.LeftCalls;
import dev.postroad.runtime.http.Sources;
import dev.postroad.runtime.http.WorkerHttp;
import dev.postroad.runtime.intake.ControlIntake;
import dev.postroad.runtime.intake.Origins;
import dev.postroad.runtime.intake.TriggerIntake;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.SetAsideRuns;
import dev.postroad.runtime.journal.SnapshotWriter;
import dev.postroad.runtime.journal.UnlistedRuns;
import dev.postroad.runtime.lease.Lease;
import dev.postroad.runtime.lease.Self;
import dev.postroad.runtime.logs.LogWriter;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.logs.TroubleLog;
import dev.postroad.runtime.metrics.CallRecorder;
import dev.postroad.runtime.metrics.FiguresWriter;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.Looks;
import dev.postroad.runtime.observe.QueueWait;
import dev.postroad.runtime.observe.TriggerLag;
import dev.postroad.runtime.observe.WorkerMetrics;
import dev.postroad.runtime.output.OutputTail;
import dev.postroad.runtime.ownership.ShardMoves;
import dev.postroad.runtime.ownership.ShardOwnership;
import dev.postroad.runtime.provisioning.Provisioning;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.provisioning.StartLimit;
import dev.postroad.runtime.publish.EventOutbox;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.publish.OutputPublisher;
import dev.postroad.runtime.publish.Producers;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.TopicLook;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.registry.Refusals;
import dev.postroad.runtime.registry.RegistryReader;
import dev.postroad.runtime.run.AgentCalls;
import dev.postroad.runtime.run.AgentWaiters;
import dev.postroad.runtime.run.Commands;
import dev.postroad.runtime.run.JournalRunLoader;
import dev.postroad.runtime.run.KeptInstructions;
import dev.postroad.runtime.run.Lane;
import dev.postroad.runtime.run.Lanes;
import dev.postroad.runtime.run.LateCommands;
import dev.postroad.runtime.run.MetCommands;
import dev.postroad.runtime.run.QuestionLister;
import dev.postroad.runtime.run.QueueReader;
import dev.postroad.runtime.run.RunQueue;
import dev.postroad.runtime.run.Turns;
import dev.postroad.runtime.run.Waker;
import io.javalin.util.JavalinException;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: reads triggers and control messages, steps runs, publishes events. The one place where its parts are wired.
 *
 * <p>Parts are started so that each finds what it calls on, and closed in reverse order; a start that fails closes what
 * had been started. Thread-safe.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final int OTHER_CONNECTIONS = 8;
    private static final int INTAKE_CONNECTIONS = 3;
    private static final int HTTP_CONNECTIONS = 4;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final WorkerSettings settings;
    private final SharedClock clock;
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile boolean closing;
    private volatile @Nullable ShardOwnership ownership;
    private volatile @Nullable HealthChecks health;
    private @Nullable WorkerHttp http;

    private Worker(WorkerSettings settings, InstantSource machine) {
        this.settings = settings;
        this.clock = new SharedClock(machine, System::nanoTime);
    }

    /**
     * Starts a worker on a schema and topics that are there, or may be made.
     *
     * @throws RuntimeException where it cannot start; the message says what to do
     */
    public static Worker start(WorkerSettings settings) {
        return start(settings, InstantSource.system());
    }

    /**
     * Starts a worker on a machine whose clock is another one than the system's.
     *
     * @param machine what the machine's clock shows; all workers go by Postgres's
     * @throws RuntimeException see {@link #start(WorkerSettings)}
     */
    public static Worker start(WorkerSettings settings, InstantSource machine) {
        Worker worker = new Worker(settings, machine);
        try {
            worker.start();
            if (Thread.currentThread().isInterrupted()) {
                throw new ProvisioningException("the start was interrupted", null);
            }
            return worker;
        } catch (RuntimeException failed) {
            worker.closeUninterrupted();
            throw PostgresTrouble.isOfPooler(failed)
                    ? new ProvisioningException(PostgresTrouble.say(failed), failed)
                    : failed;
        } catch (Error defect) {
            worker.closeUninterrupted();
            throw defect;
        }
    }

    /** An interrupt ends the start, and not the orderly end of what had been started. */
    private void closeUninterrupted() {
        boolean interrupted = Thread.interrupted();
        close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void start() {
        StartLimit limit = new StartLimit(settings.startLimit());
        Provisioning.checkListening(settings.http());
        Provisioning.checkTopics(settings, limit);
        limit.awaitSchema(settings.postgres());
        Pools pools = new Pools(settings.postgres(), settings.workerId(), metrics, clock);
        HikariDataSource pool = part(pools.writing("postroad", OTHER_CONNECTIONS, ""));
        HikariDataSource journal = part(pools.writing("postroad-journal", settings.lanes(), JournalWriter.PLANNING));
        ClockReader time = part(new ClockReader(pool, clock));
        limit.untilDone(settings.postgres(), time::read);
        time.start();
        Jdbi jdbi = Jdbi.create(pool).installPlugin(new org.jdbi.v3.postgres.PostgresPlugin());
        RunLogs logs = new RunLogs(clock);
        part(new LogWriter(logs, pool, settings.workerId(), settings.logRetention(), clock))
                .start();
        TroubleLog troubles = new TroubleLog(logs, clock);
        SetAsideRuns setAside = new SetAsideRuns(jdbi, settings.workerId(), troubles::tell);
        SnapshotWriter snapshots = part(new SnapshotWriter(pool, clock));
        snapshots.start();
        JournalReader reader = new JournalReader(pool, setAside, snapshots);
        PendingCommands pending = new PendingCommands(jdbi);
        // Apart, so that a flood of what concerns no run does not keep the rest from Postgres.
        Jdbi intake = Jdbi.create(part(pools.writing("postroad-intake", INTAKE_CONNECTIONS, "")))
                .installPlugin(new org.jdbi.v3.postgres.PostgresPlugin());
        PendingCommands early = new PendingCommands(intake);
        KafkaProducer<String, byte[]> producer = Producers.forEvents(settings.kafka());
        part(() -> producer.close(Duration.ofSeconds(5)));
        part(new KafkaClientMetrics(producer)).bindTo(metrics);
        Producers.introduce(producer, settings.topics().events());
        Producers.introduce(producer, settings.topics().deadLetters());
        Producers.introduce(producer, settings.topics().control());
        Producers.introduce(producer, settings.topics().agentEvents());
        KafkaProducer<String, byte[]> chunks = Producers.forOutput(settings.kafka());
        part(() -> chunks.close(Duration.ofSeconds(1)));
        part(new KafkaClientMetrics(chunks)).bindTo(metrics);
        Producers.introduce(chunks, settings.topics().output());
        OutputPublisher output = new OutputPublisher(chunks, settings.topics().output(), clock);
        Outlets outlets = part(new Outlets(producer, settings.topics(), clock));
        TopicLook look = part(new TopicLook(settings.kafka()));

        AtomicReference<Consumer<String>> agentAvailable = new AtomicReference<>(agent -> {});
        Consumer<String> available = agent -> agentAvailable.get().accept(agent);
        AtomicReference<Consumer<List<String>>> pluginsArrived = new AtomicReference<>(agents -> {});
        AgentEvents agentEvents = new AgentEvents(settings.workerId(), clock);
        AgentClients clients = part(new AgentClients(
                settings.agents(),
                new PluginEvents(
                        jdbi, agentEvents, agents -> pluginsArrived.get().accept(agents))));
        part(new AgentEventPublisher(jdbi, producer, settings.topics().agentEvents(), clock))
                .start();
        Catalog catalog = part(new Catalog(jdbi, clients, agentEvents, available));
        limit.untilDone(settings.postgres(), catalog::load);
        pluginsArrived.set(catalog::javaAgentsArrived);
        RegistryReader registry = part(new RegistryReader(
                settings.kafka(),
                settings.topics().registry(),
                new RegistryReader.Collaborators(
                        catalog,
                        new Refusals(jdbi, agentEvents),
                        (incoming, reason, kept) -> outlets.deadLetter(incoming.record(), reason, kept),
                        look,
                        clock)));
        registry.start();

        Commands commands = new Commands(catalog);
        KeptInstructions kept = new KeptInstructions(
                commands,
                (runId, commandId) -> Thread.ofVirtual().start(() -> early.forget(runId, commandId)),
                outlets::rejected,
                troubles::tell);
        AgentSwitch agents = new AgentSwitch(jdbi, agentEvents, clock);
        BreakerRows breakers = new BreakerRows(jdbi, agents, agentEvents, clock);
        Availability availability = part(new Availability(breakers, clock));
        Guards guards = new Guards(breakers, availability, metrics, clock);
        availability.start(changed -> {
            guards.follow(changed);
            changed.stream().filter(agent -> availability.of(agent) == null).forEach(available);
        });
        CallRecorder recorder = new CallRecorder(metrics, clock);
        part(new FiguresWriter(recorder, pool, settings.workerId(), settings.metricsRetention(), clock))
                .start();
        Lease lease = new Lease(settings.lease(), System::nanoTime);
        AgentCalls calls = part(new AgentCalls(
                catalog,
                guards,
                (runId, graph, call) -> output.open(runId, graph, call.node(), call.task(), call.attempt()),
                logs,
                new CachedResults(jdbi, clock),
                recorder,
                lease::await,
                clock));
        Self self = Membership.self(settings);
        LeftCallRows leftRows = new LeftCallRows(jdbi, self.id());
        AwaitedCalls awaited = part(new AwaitedCalls(calls, leftRows, catalog, clock));
        awaited.start();
        LeftCalls left = part(new LeftCalls(leftRows, calls, clock));
        left.start();
        RunQueue queue = new RunQueue(settings.maxRuns());
        AtomicReference<Runnable> turnWanted = new AtomicReference<>(() -> {});
        Lanes lanes = part(lanes(
                () -> new JournalWriter(journal, () -> closing, troubles::tell),
                producer,
                reader,
                new Lane.Collaborators(
                        awaited,
                        part(new JournalRunLoader(reader, catalog, clock)),
                        kept,
                        snapshots,
                        queue,
                        () -> turnWanted.get().run(),
                        setAside::undecidable,
                        this::fenced,
                        clock,
                        RandomGenerator.getDefault())));
        lanes.start();

        Membership membership = part(new Membership(
                settings,
                self,
                jdbi,
                lease,
                new ShardMoves.Collaborators(reader, pending, kept, catalog, lanes, left, awaited, clock),
                System::nanoTime));
        ShardOwnership shards = membership.shards();
        ownership = shards;
        membership.start();
        part(new Waker(reader, lanes, shards::owned, clock)).start();
        part(new QuestionLister(new UnlistedRuns(pool, reader), catalog, shards::owned, clock))
                .start();
        AgentWaiters waiters = part(new AgentWaiters(
                reader,
                lanes,
                shards::owned,
                agent -> availability.of(agent) == null && catalog.agent(agent).isPresent(),
                clock));
        agentAvailable.set(waiters::available);
        waiters.start();
        part(new LateCommands(pending, settings.pendingCommands(), clock)).start();
        part(new MetCommands(pending, kept, lanes, shards::owned, clock)).start();
        QueuedRuns queued = new QueuedRuns(pool);
        part(new QueueReader(queued, queue, lanes, shards::owned, shards::isSettled, clock))
                .start();
        Turns turns = part(new Turns(queued, catalog, queue, lanes, shards::owned, clock));
        turnWanted.set(turns::call);
        turns.start();
        ControlIntake control = part(new ControlIntake(
                controlConsumers(),
                look,
                settings.topics().control(),
                settings.maxValueBytes(),
                new ControlIntake.Collaborators(commands, lanes, shards, outlets, early, clock)));
        control.start();
        TriggerIntake triggers = part(new TriggerIntake(
                triggerConsumers(),
                look,
                settings.topics().triggers(),
                new TriggerIntake.Collaborators(
                        new TriggerIntake.TriggerJudgement(catalog, settings.maxValueBytes()),
                        lanes,
                        shards,
                        outlets,
                        new Origins(intake),
                        clock)));
        triggers.start();

        membership.measure(metrics);
        part(new WorkerMetrics(metrics, lanes.all(), queue, calls, output, logs, clock));
        Map<String, BooleanSupplier> readers = Map.of(
                "triggers", triggers::isAlive, "control messages", control::isAlive, "the registry", registry::isAlive);
        Map<String, Supplier<@Nullable String>> problems = Map.of(
                "triggers", triggers::problem, "control messages", control::problem, "the registry", registry::problem);
        HealthChecks checks = health(pool, lanes, membership, triggers, readers, problems, catalog, availability);
        health = checks;
        HikariDataSource reading = part(pools.reading("postroad-http", HTTP_CONNECTIONS));
        PostroadClient client = part(new PostroadClient(settings.kafka(), settings.topics()));
        OutputTail shown =
                part(new OutputTail(settings.kafka(), settings.topics().output(), clock));
        shown.start();
        Sources sources = Sources.of(reading, shown, agents, client, settings.maxValueBytes());
        http = part(listen(sources, checks));
    }

    private WorkerHttp listen(Sources sources, HealthChecks checks) {
        try {
            return WorkerHttp.start(settings.http(), sources, checks, metrics);
        } catch (JavalinException taken) {
            throw Provisioning.cannotListen(settings.http(), taken);
        }
    }

    private void fenced(int shard, long epoch) {
        ShardOwnership current = ownership;
        if (current != null) {
            current.fenced(shard, epoch);
        }
    }

    private Lanes lanes(
            Supplier<JournalWriter> journal,
            KafkaProducer<String, byte[]> producer,
            JournalReader reader,
            Lane.Collaborators collaborators) {
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < settings.lanes(); i++) {
            lanes.add(new Lane(
                    "postroad-lane-" + i,
                    journal.get(),
                    new EventOutbox(producer, reader, settings.topics().events()),
                    collaborators));
        }
        return new Lanes(lanes);
    }

    private HealthChecks health(
            DataSource database,
            Lanes lanes,
            Membership membership,
            TriggerIntake triggers,
            Map<String, BooleanSupplier> readers,
            Map<String, Supplier<@Nullable String>> problems,
            Catalog catalog,
            Availability availability) {
        TriggerLag lag = part(new TriggerLag(settings.kafka(), settings.topics().triggers(), settings.group(), clock));
        Looks kafka = part(new Looks("Kafka", lag, clock));
        Looks postgres = part(new Looks("Postgres", new QueueWait(database), clock));
        kafka.start();
        postgres.start();
        return new HealthParts(
                        lanes, membership, triggers, readers, problems, catalog, availability, kafka, postgres, clock)
                .checks();
    }

    private Consumers triggerConsumers() {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group());
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        long session = settings.sessionTimeout().toMillis();
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) session);
        if (!settings.kafka().containsKey(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG)) {
            config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) Math.max(100, session / 6));
        }
        return measured(config);
    }

    private Consumers controlConsumers() {
        return measured(new HashMap<>(Map.of(ConsumerConfig.GROUP_ID_CONFIG, settings.group() + "-control")));
    }

    private Consumers measured(Map<String, Object> config) {
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        return new Consumers(settings.kafka(), config, consumer -> {
            KafkaClientMetrics measure = new KafkaClientMetrics(consumer);
            measure.bindTo(metrics);
            return measure::close;
        });
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    /** Whether the worker can do its work. */
    public boolean isReady() {
        HealthChecks current = health;
        return current != null && current.report().isReady();
    }

    /** The port of the worker's HTTP server; 0 before it listens. */
    public int httpPort() {
        WorkerHttp current = http;
        return current == null ? 0 : current.port();
    }

    /** Hands everything over and stops: work under way is committed, the rest is taken up by others. */
    @Override
    public void close() {
        closing = true;
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception failed) {
                LOG.warn("{} did not stop well", part, failed);
            }
        }
    }
}
