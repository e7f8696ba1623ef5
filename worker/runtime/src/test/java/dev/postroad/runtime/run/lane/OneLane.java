package dev.postroad.runtime.run.lane;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.journal.JournalEntry;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PostponedRuns;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.SetAsideRuns;
import dev.postroad.runtime.journal.SnapshotDesk;
import dev.postroad.runtime.publish.EventOutbox;
import dev.postroad.runtime.publish.Producers;
import dev.postroad.runtime.run.calls.AgentCaller;
import dev.postroad.runtime.run.calls.RemoteDesk;
import dev.postroad.runtime.run.commands.Commands;
import dev.postroad.runtime.run.commands.KeptInstructions;
import dev.postroad.runtime.run.queue.FairRanks;
import dev.postroad.runtime.run.queue.PriorityThenArrival;
import dev.postroad.runtime.run.queue.QueueReader;
import dev.postroad.runtime.run.queue.RunQueue;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.run.queue.TurnNews;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.trace.Traces;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.NullMarked;

/** One lane on a real Kafka and Postgres, which owns one shard and steps runs of one graph of one agent. */
@NullMarked
public final class OneLane implements AutoCloseable {
    public static final int MINE = 0;
    public static final int PLACES = 10_000;

    private static final Graph UNLIMITED = Site.graph("""
        graph: letters
        state: { log: { reducer: append } }
        nodes: { write: { agent: writer } }
        edges: [{ from: START, to: write }, { from: write, to: END }]
        """);

    private final Site site = Site.open();
    private final InstantSource clock;
    private final KafkaProducer<String, byte[]> producer =
            Producers.forEvents(site.settings(Map.of()).kafka());
    private final JournalReader reader =
            new JournalReader(site.database(), new SetAsideRuns(site.sql(), "me", (runId, what) -> {}));
    private final Graph graph;
    private final Queue<String> migrated = new ConcurrentLinkedQueue<>();
    private final TurnNews nobodyGivesTurns = new TurnNews() {
        @Override
        public void wanted() {}

        @Override
        public void rests(JournalEntry entry) {}

        @Override
        public void began(String graph, long run) {}

        @Override
        public void ranked(String graph) {}

        @Override
        public void migrated(String graph) {
            migrated.add(graph);
        }

        @Override
        public void left(String graph, long run) {}
    };

    private final PostponedRuns postponed = new PostponedRuns(site.database());
    private final RunQueue queue = new RunQueue(PLACES, new PriorityThenArrival());
    private final JournalRunLoader loader;
    private final Lane lane;
    private final Lanes lanes;
    private final QueueReader queued;

    /** @param undecidable told of runs of which no decision can be made */
    public OneLane(AgentCaller agents, BiConsumer<RunKey, String> undecidable) {
        this(UNLIMITED, agents, undecidable, InstantSource.system());
    }

    /** @param undecidable told of runs of which no decision can be made */
    public OneLane(AgentCaller agents, BiConsumer<RunKey, String> undecidable, InstantSource clock) {
        this(UNLIMITED, agents, undecidable, clock);
    }

    /** @param loading what runs are read back by, in place of what usually does */
    OneLane(AgentCaller agents, UnaryOperator<RunLoader> loading) {
        this(UNLIMITED, agents, (run, why) -> {}, InstantSource.system(), loading);
    }

    /** A lane where nobody gives turns: a graph that limits its runs leaves that to the test. */
    OneLane(Graph graph, AgentCaller agents, BiConsumer<RunKey, String> undecidable) {
        this(graph, agents, undecidable, InstantSource.system());
    }

    private OneLane(Graph graph, AgentCaller agents, BiConsumer<RunKey, String> undecidable, InstantSource clock) {
        this(graph, agents, undecidable, clock, UnaryOperator.identity());
    }

    private OneLane(
            Graph graph,
            AgentCaller agents,
            BiConsumer<RunKey, String> undecidable,
            InstantSource clock,
            UnaryOperator<RunLoader> loading) {
        this.graph = graph;
        this.clock = clock;
        this.loader = new JournalRunLoader(reader, (name, version) -> graph, clock);
        lane = new Lane(
                "test-lane",
                new JournalWriter(site.database(), () -> false, (runId, what) -> {}),
                new EventOutbox(producer, reader, site.topics().events()),
                new Lane.Collaborators(
                        agents,
                        RemoteDesk.NONE,
                        postponed,
                        loading.apply(loader),
                        (name, version) -> graph,
                        new KeptInstructions(
                                new Commands((name, version) -> graph),
                                (runId, commandId) -> {},
                                (control, commandId, code, reason, answered) -> {},
                                (runId, what) -> {}),
                        SnapshotDesk.NONE,
                        queue,
                        new FairRanks(),
                        nobodyGivesTurns,
                        undecidable,
                        Traces.OFF,
                        clock,
                        new Random(1)));
        lanes = new Lanes(List.of(lane));
        queued = new QueueReader(new QueuedRuns(site.database()), queue, lanes, () -> Set.of(MINE), Set::of, clock);
    }

    public void start() {
        site.sql().useHandle(handle -> handle.execute("""
            INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (0, 1, 'test', now())
            ON CONFLICT (shard) DO UPDATE SET epoch = 1\
            """));
        Producers.introduce(producer, site.topics().events());
        lanes.start((shard, epoch) -> {});
        queued.start();
        lanes.own(MINE, 1, clock.instant(), List.of());
    }

    public Site site() {
        return site;
    }

    public PostponedRuns postponed() {
        return postponed;
    }

    public RunQueue queue() {
        return queue;
    }

    Graph graph() {
        return graph;
    }

    /** A ticket of a run that was queued. */
    Ticket ticket(String runId) {
        return new Ticket(Instant.EPOCH, 1, runId, MINE, null, lane.tickets());
    }

    public JournalReader reader() {
        return reader;
    }

    public Lane lane() {
        return lane;
    }

    public Lanes lanes() {
        return lanes;
    }

    /** The graphs that were told of to have runs which moved to another version. */
    Queue<String> migrated() {
        return migrated;
    }

    /** How many runs are as a condition says. */
    public long count(String which) {
        return site.number("SELECT count(*) FROM postroad.runs WHERE " + which);
    }

    /**
     * Triggers a run.
     *
     * @param refused told of a run that cannot be admitted, with the reason
     */
    public void admit(String runId, Map<String, String> tags, BiConsumer<String, String> refused) {
        Admission admission = new Admission(
                JsonNodeFactory.instance.objectNode(),
                0,
                null,
                tags,
                new Origin(site.topics().triggers(), MINE, 0));
        lanes.admit(new Admittee(runId, MINE, graph, admission, 100, null, new Admittee.AdmissionOutcome() {
            @Override
            public void admitted() {}

            @Override
            public void duplicate() {}

            @Override
            public void refused(String reason) {
                refused.accept(runId, reason);
            }
        }));
    }

    @Override
    public void close() {
        queued.close();
        lanes.close();
        loader.close();
        producer.close();
        site.close();
    }
}
