package dev.postroad.runtime.run.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.TurnGiver;
import dev.postroad.runtime.testing.Site;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Turns of several graphs, on a real Postgres. */
@NullMarked
class TurnsTest {
    private static final Set<String> GRAPHS = Set.of("bad1", "bad2", "bad3", "bad4", "good1", "good2");

    private final Queue<String> offered = new ConcurrentLinkedQueue<>();

    @Test
    void aGraphWhoseTurnsCannotBeGivenKeepsNoOtherFromItsTurns() {
        try (Site site = Site.open()) {
            site.sql().useHandle(handle -> {
                handle.execute("DELETE FROM postroad.shards");
                handle.execute(
                        "INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (0, 7, 'w', now())");
                for (String graph : GRAPHS) {
                    handle.execute(
                            "INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, queued_at,"
                                    + " limited, rank) VALUES (?, 0, ?, 1, 'queued', 0, '{}', now(), true, now())",
                            graph,
                            graph);
                }
            });
            try (Turns turns = turns(site)) {
                turns.start();
                Site.await("the good ones have their turns", () -> offered.containsAll(Set.of("good1", "good2")));
            }
            assertThat(offered).allMatch(run -> run.startsWith("good"));
        }
    }

    private Turns turns(Site site) {
        return new Turns(
                new Bell(),
                new QueuedRuns(site.database()),
                new TurnGiver(site.database(), 1),
                new Turns.Limits() {
                    @Override
                    public Set<String> limitedGraphs() {
                        return GRAPHS;
                    }

                    @Override
                    public QueueRules rules(String graph, int version) {
                        if (graph.startsWith("bad")) {
                            throw new IllegalStateException("no rules of it");
                        }
                        return new QueueRules(List.of(new QueueRules.Concurrency(null, 1)), List.of(), null);
                    }
                },
                new RunQueue(100, new PriorityThenArrival()),
                new TicketOffice() {
                    @Override
                    public Ticket ticket(QueuedRun run) {
                        offered.add(run.runId());
                        return new Ticket(
                                run.rank(), run.number(), run.runId(), run.shard(), run.turn(), new NoHolder());
                    }

                    @Override
                    public void prefetch(List<Ticket> tickets) {}
                },
                () -> Map.of(0, 7L),
                InstantSource.system());
    }

    private static final class NoHolder implements TicketHolder {
        @Override
        public void begin(Ticket ticket) {}

        @Override
        public void putAway(String runId) {}
    }
}
