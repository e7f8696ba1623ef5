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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane on a real Kafka and Postgres that meets a run of which no decision can be made. */
@NullMarked
class UndecidableRunTest {
    private static final int MINE = 0;
    private static final Graph GRAPH = graph("""
        graph: letters
        state: { log: { reducer: append } }
        nodes: { write: { agent: writer } }
        edges: [{ from: START, to: write }, { from: write, to: END }]
        """);

    private final Site site = Site.open();
    private final InstantSource clock = InstantSource.system();
    private final Queue<String> setAside = new ConcurrentLinkedQueue<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final KafkaProducer<String, byte[]> producer =
            Producers.forEvents(site.settings(Map.of()).kafka());
    private final JournalReader reader =
            new JournalReader(site.database(), new SetAsideRuns(site.sql(), "me", (runId, what) -> {}));
    private final RunQueue queue = new RunQueue(10_000);
    private final Lane lane = new Lane(
            "test-lane",
            new JournalWriter(site.database(), () -> false, (runId, what) -> {}),
            new EventOutbox(producer, reader, site.topics().events()),
            new Lane.Collaborators(
                    new OddAgent(),
                    new JournalRunLoader(reader, (name, version) -> GRAPH, clock),
                    new KeptInstructions(
                            new Commands((name, version) -> GRAPH),
                            (runId, commandId) -> {},
                            (control, commandId, code, reason, answered) -> {},
                            (runId, what) -> {}),
                    SnapshotDesk.NONE,
                    queue,
                    () -> {},
                    (run, why) -> setAside.add(run.id() + ": " + why),
                    clock,
                    new Random(1)));
    private final Lanes lanes = new Lanes(List.of(lane));
    private final QueueReader queued =
            new QueueReader(new QueuedRuns(site.database()), queue, lanes, () -> Set.of(MINE), () -> true, clock);

    @BeforeEach
    void start() {
        site.sql().useHandle(handle -> handle.execute("""
            INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (0, 1, 'test', now())
            ON CONFLICT (shard) DO UPDATE SET epoch = 1\
            """));
        Producers.introduce(producer, site.topics().events());
        lanes.start((shard, epoch) -> {});
        queued.start();
        lanes.own(MINE, 1, clock.instant(), List.of());
    }

    @AfterEach
    void close() {
        queued.close();
        lanes.close();
        producer.close();
        site.close();
    }

    @Test
    void isSetAsideWithItsReasonAndAllOthersGoOn() {
        admit("sound-1", GRAPH);
        admit("odd", GRAPH);
        admit("sound-2", GRAPH);
        Site.await("the odd one is set aside", () -> setAside.size() == 1);
        admit("sound-3", GRAPH);
        Site.await("the others complete", () -> site.number("""
                SELECT count(*) FROM postroad.runs WHERE status = 'completed' AND run_id LIKE 'sound-%'""") == 3);
        assertThat(setAside.peek()).startsWith("odd: this release can make no decision of it: ");
        assertThat(site.number("SELECT count(*) FROM postroad.runs WHERE run_id = 'odd' AND status = 'running'"))
                .as("left as it is")
                .isEqualTo(1);
        assertThat(lane.isAlive()).isTrue();
    }

    @Test
    void thatPostgresRefusesIsToldToWhomTriggeredIt() {
        // A text that Postgres cannot store, which no door lets through.
        admit("unwritable", GRAPH, "\0");
        admit("sound-1", GRAPH, "x");
        Site.await("it is refused", () -> refused.size() == 1);
        assertThat(refused.peek()).startsWith("unwritable: Postgres refuses the rows of this run");
        Site.await(
                "the other completes",
                () -> site.number(
                                "SELECT count(*) FROM postroad.runs WHERE status = 'completed' AND run_id = 'sound-1'")
                        == 1);
    }

    private void admit(String runId, Graph graph) {
        admit(runId, graph, "x");
    }

    private void admit(String runId, Graph graph, String tag) {
        Admission admission = new Admission(
                JsonNodeFactory.instance.objectNode(),
                0,
                null,
                Map.of("tag", tag),
                new Origin(site.topics().triggers(), MINE, 0));
        lanes.admit(new Admittee(runId, MINE, graph, admission, 100, null, new Admittee.AdmissionOutcome() {
            @Override
            public void admitted() {}

            @Override
            public void duplicate() {}

            @Override
            public void refused(String reason) {
                refused.add(runId + ": " + reason);
            }
        }));
    }

    /** Answers what no agent can, where the run is odd. */
    private static final class OddAgent implements AgentCaller {
        @Override
        @SuppressWarnings("NullAway") // That is what is odd.
        public void call(RunKey run, String graph, Effect.CallAgent call, Answered answered) {
            AgentReply reply =
                    run.id().equals("odd") ? null : AgentReply.completed(JsonNodeFactory.instance.objectNode());
            answered.answered(reply, RetryPolicy.DEFAULT, 1);
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
