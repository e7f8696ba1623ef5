package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** What the decisions of runs of one graph give a writer to write, all in shard 1. */
@NullMarked
final class Written {
    static final int SHARD = 1;
    static final Map<Integer, Long> EPOCHS = Map.of(SHARD, 5L);

    private static final Graph GRAPH = Site.graph("""
        graph: one-at-a-time
        state: { done: { reducer: append } }
        nodes: { ask: { agent: a }, end: { agent: a } }
        edges: [{ from: START, to: ask }, { from: ask, to: end }, { from: end, to: END }]
        limits: { runs: 1 }
        """);

    private final JournalWriter writer;
    private final Instant start = Instant.now().truncatedTo(ChronoUnit.MICROS);

    Written(JournalWriter writer) {
        this.writer = writer;
    }

    Instant start() {
        return start;
    }

    JournalEntry admission(String runId) {
        Admission admission = new Admission(
                (ObjectNode) Site.json("{'done': 1}"),
                3,
                Duration.ofMinutes(10),
                Map.of(),
                new Origin("triggers", SHARD, 77));
        Decision decision = Decider.admit(runId, GRAPH, admission, start);
        return entry(new RunKey(writer.nextRunNumber(), runId, SHARD, null), decision, true);
    }

    JournalEntry decide(JournalEntry before, Command command, int seconds) {
        Decision decision = Decider.decide(before.run(), command, start.plusSeconds(seconds));
        assertThat(decision.events()).as("events of %s", command).isNotEmpty();
        return entry(before.key(), decision, false);
    }

    private static JournalEntry entry(RunKey key, Decision decision, boolean fresh) {
        return new JournalEntry(
                key,
                decision.before(),
                decision.run(),
                decision.events().stream().map(JournalRow::of).toList(),
                fresh);
    }
}
