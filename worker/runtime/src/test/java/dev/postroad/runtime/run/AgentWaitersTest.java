package dev.postroad.runtime.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Origin;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.SetAsideRuns;
import dev.postroad.runtime.journal.SnapshotDesk;
import dev.postroad.runtime.publish.EventOutbox;
import dev.postroad.runtime.publish.Producers;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres, with a caller of agents that turns calls away as the test says. */
@NullMarked
class AgentWaitersTest {
    private static final Graph GRAPH = graph("""
        graph: letters
        state: { log: { reducer: append } }
        nodes: { write: { agent: writer } }
        edges: [{ from: START, to: write }, { from: write, to: END }]
        """);
    private static final Duration LONG_AWAY = Duration.ofHours(1);
    private static final int MINE = 0;

    private final Site site = Site.open();
    private final InstantSource clock = InstantSource.system();
    private final SwitchedAgents agents = new SwitchedAgents();
    private final KafkaProducer<String, byte[]> producer =
            Producers.forEvents(site.settings(Map.of()).kafka());
    private final JournalReader reader =
            new JournalReader(site.database(), new SetAsideRuns(site.sql(), "me", (runId, what) -> {}));
    private final JournalRunLoader loader = new JournalRunLoader(reader, (name, version) -> GRAPH, clock);
    private final RunQueue queue = new RunQueue(10_000);
    private final Lane lane = new Lane(
            "test-lane",
            new JournalWriter(site.database(), () -> false, (runId, what) -> {}),
            new EventOutbox(producer, reader, site.topics().events()),
            new Lane.Collaborators(
                    agents,
                    loader,
                    new KeptInstructions(
                            new Commands((name, version) -> GRAPH),
                            (runId, commandId) -> {},
                            (control, commandId, code, reason, answered) -> {},
                            (runId, what) -> {}),
                    SnapshotDesk.NONE,
                    queue,
                    () -> {},
                    (run, why) -> {},
                    clock,
                    new Random(1)));
    private final Lanes lanes = new Lanes(List.of(lane));
    private final AtomicInteger looks = new AtomicInteger();
    private final QueueReader queued =
            new QueueReader(new QueuedRuns(site.database()), queue, lanes, () -> Set.of(MINE), () -> true, clock);
    private final AvailableAgents available = new AvailableAgents();
    private final AgentWaiters waiters = new AgentWaiters(available, reader, lanes, this::owned, agent -> false, clock);

    @BeforeEach
    void start() {
        site.sql().useHandle(handle -> handle.execute("""
            INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (0, 1, 'test', now())
            ON CONFLICT (shard) DO UPDATE SET epoch = 1\
            """));
        Producers.introduce(producer, site.topics().events());
        lanes.start((shard, epoch) -> {});
        queued.start();
        waiters.start();
        lanes.own(MINE, 1, clock.instant(), List.of());
    }

    @AfterEach
    void close() {
        waiters.close();
        queued.close();
        lanes.close();
        loader.close();
        producer.close();
        site.close();
    }

    @Test
    void allRunsGoOnAtOnceThatWaitForTheAgentHoweverMany() {
        int runs = 2_300;
        IntStream.range(0, runs).forEach(i -> admit("letter-" + i));
        Site.await("all wait", () -> count("status = 'waiting' AND waits_for = ARRAY['writer']") == runs);
        Site.await("none is in memory", () -> lane.figures().running() == 0);

        agents.isThere = true;
        available.add("painter");
        available.add("writer");
        Site.await("all are done", () -> count("status = 'completed' AND waits_for IS NULL") == runs);
        assertThat(site.number("SELECT count(*) FROM postroad.journal WHERE type = 'node.started'"))
                .as("each was turned away once, and called once")
                .isEqualTo(2L * runs);
    }

    @Test
    void aRunGoesOnThatComesToItsRestJustAfterTheAgentCame() {
        agents.answersLate = true;
        admit("late");
        Site.await("it is called", () -> agents.late.size() == 1);
        agents.answersLate = false;
        agents.isThere = true;
        available.add("writer");
        int lookedBefore = looks.get();
        Site.await("it was looked for, in vain", () -> looks.get() >= lookedBefore + 2);

        agents.late.remove().run();
        Site.await("it is done", () -> count("status = 'completed'") == 1);
    }

    private Set<Integer> owned() {
        looks.incrementAndGet();
        return Set.of(MINE);
    }

    private void admit(String runId) {
        Admission admission = new Admission(
                JsonNodeFactory.instance.objectNode(),
                0,
                null,
                Map.of(),
                new Origin(site.topics().triggers(), MINE, 0));
        lanes.admit(new Admittee(runId, MINE, GRAPH, admission, 100, null, new Admittee.AdmissionOutcome() {
            @Override
            public void admitted() {}

            @Override
            public void duplicate() {}

            @Override
            public void refused(String reason) {}
        }));
    }

    private long count(String which) {
        return site.number("SELECT count(*) FROM postroad.runs WHERE " + which);
    }

    /** Agents that are all there, or all not. */
    private final class SwitchedAgents implements AgentCaller {
        final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
        volatile boolean isThere;
        volatile boolean answersLate;

        @Override
        public void call(RunKey run, String graph, Effect.CallAgent call, Answered answered) {
            Instant until = clock.instant().plus(LONG_AWAY);
            Unavailability away = new Unavailability(call.agent(), "it is switched off", until, false);
            if (answersLate) {
                late.add(() -> answered.unavailable(away));
            } else if (isThere) {
                answered.answered(AgentReply.completed(JsonNodeFactory.instance.objectNode()), RetryPolicy.DEFAULT, 1);
            } else {
                answered.unavailable(away);
            }
        }

        @Override
        public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
            return false;
        }

        @Override
        public void stop(RunKey run, String task, int attempt) {}
    }

    private static Graph graph(String yaml) {
        try {
            return GraphCompiler.compile(
                    (GraphDefinition) Definitions.readAll(yaml).getFirst(), 1, agent -> true);
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }
}
