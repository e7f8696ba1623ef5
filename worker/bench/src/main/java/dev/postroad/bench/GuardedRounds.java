package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.util.ArrayList;
import java.util.List;

/** The same chain with and without guards around its agents, by turns, since the machine drifts within minutes. */
final class GuardedRounds {
    private static final String PLAIN = "bench-plain-chain";
    private static final String GUARDED = "bench-guarded-chain";
    private static final int NODES = 10;

    /** Guards that are passed by all calls: what they cost is measured, not what they hold back. */
    private static final String AGENTS = """
            agent: %s
            kind: java
            circuitBreaker: { enabled: false }
            ---
            agent: %s
            kind: java
            circuitBreaker: { window: 20, minimumCalls: 10, failureRate: 50, openFor: PT30S, halfOpenCalls: 3 }
            bulkhead: { calls: 100000 }
            rateLimit: { calls: 1000000, per: PT1S }
            """.formatted(NoOperation.NAME, GuardedNoOperation.NAME);

    private final Site site;
    private final int runs;

    GuardedRounds(Site site, int runs) {
        this.site = site;
        this.runs = runs;
    }

    ObjectNode measure(int rounds) throws FaultsException, InterruptedException {
        site.place().publish(AGENTS);
        site.place().publish(Graphs.chain(PLAIN, NODES, NoOperation.NAME));
        site.place().publish(Graphs.chain(GUARDED, NODES, GuardedNoOperation.NAME));
        for (String graph : List.of(PLAIN, GUARDED)) {
            site.run(graph, "warm-" + graph + "-", runs);
        }
        List<Double> plain = new ArrayList<>();
        List<Double> guarded = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            // Whoever is second finds another machine, so each is first as often.
            if (round % 2 == 0) {
                plain.add(rate(PLAIN, round));
                guarded.add(rate(GUARDED, round));
            } else {
                guarded.add(rate(GUARDED, round));
                plain.add(rate(PLAIN, round));
            }
            ratios.add(Figures.round(guarded.getLast() / plain.getLast(), 3));
        }
        ObjectNode figures =
                JsonNodeFactory.instance.objectNode().put("runs", runs).put("nodes", NODES);
        plain.forEach(figures.putArray("plainTransitionsPerSecond")::add);
        guarded.forEach(figures.putArray("guardedTransitionsPerSecond")::add);
        ratios.forEach(figures.putArray("ratios")::add);
        return figures.put("ratio", Figures.median(ratios));
    }

    private double rate(String graph, int round) throws InterruptedException {
        site.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.journal, postroad.runs"));
        String prefix = graph + "-" + round + "-";
        site.run(graph, prefix, runs);
        return Figures.of(site, prefix).get("transitionsPerSecond").doubleValue();
    }
}
