package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.util.ArrayList;
import java.util.List;

/** The same chain alone, and beside consoles that show the list of runs as it changes; by turns, as the machine drifts. */
final class ConsoleRounds {
    private static final String GRAPH = "bench-watched-chain";
    private static final int NODES = 10;

    private final Site site;
    private final int runs;
    private final int consoles;

    ConsoleRounds(Site site, int runs, int consoles) {
        this.site = site;
        this.runs = runs;
        this.consoles = consoles;
    }

    ObjectNode measure(int rounds) throws FaultsException, InterruptedException {
        site.place().publish(Graphs.chain(GRAPH, NODES, NoOperation.NAME));
        site.run(GRAPH, "warm-", runs);
        List<Double> alone = new ArrayList<>();
        List<Double> watched = new ArrayList<>();
        long changes = 0;
        for (int round = 0; round < rounds; round++) {
            // Whoever is second finds another machine, so each is first as often.
            if (round % 2 == 0) {
                alone.add(rate("alone-" + round + "-"));
            }
            try (Watchers watchers = new Watchers(site.httpPort(), consoles)) {
                watched.add(rate("watched-" + round + "-"));
                changes += watchers.changes();
            }
            if (round % 2 != 0) {
                alone.add(rate("alone-" + round + "-"));
            }
        }
        ObjectNode figures = JsonNodeFactory.instance
                .objectNode()
                .put("runs", runs)
                .put("nodes", NODES)
                .put("consoles", consoles);
        alone.forEach(figures.putArray("aloneTransitionsPerSecond")::add);
        watched.forEach(figures.putArray("watchedTransitionsPerSecond")::add);
        return figures.put("watchedToAlone", Figures.ratio(watched, alone)).put("changesSeen", changes);
    }

    private double rate(String prefix) throws InterruptedException {
        site.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.journal, postroad.runs"));
        site.run(GRAPH, prefix, runs);
        return Figures.of(site, prefix).get("transitionsPerSecond").doubleValue();
    }
}
