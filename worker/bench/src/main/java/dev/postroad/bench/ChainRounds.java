package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.util.ArrayList;
import java.util.List;

/** The chain benchmark on full and on empty tables by turns, since the machine drifts within minutes. */
final class ChainRounds {
    private static final String GRAPH = "bench-chain";
    private static final int NODES = 10;

    private final Site full;
    private final Site empty;
    private final int runs;

    ChainRounds(Site full, Site empty, int runs) {
        this.full = full;
        this.empty = empty;
        this.runs = runs;
    }

    ObjectNode measure(int rounds) throws FaultsException, InterruptedException {
        for (Site site : List.of(full, empty)) {
            site.place().publish(Graphs.chain(GRAPH, NODES, NoOperation.NAME));
            site.run(GRAPH, "warm-", runs);
        }
        List<Double> onFull = new ArrayList<>();
        List<Double> onEmpty = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            empty.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.journal, postroad.runs"));
            onEmpty.add(rate(empty, round));
            onFull.add(rate(full, round));
            ratios.add(Figures.round(onFull.getLast() / onEmpty.getLast(), 3));
        }
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        onFull.forEach(figures.putArray("transitionsPerSecondOnFull")::add);
        onEmpty.forEach(figures.putArray("transitionsPerSecondOnEmpty")::add);
        return figures.put("ratio", Figures.median(ratios));
    }

    private double rate(Site site, int round) throws InterruptedException {
        String prefix = "round-" + round + "-";
        site.run(GRAPH, prefix, runs);
        return Figures.of(site, prefix).get("transitionsPerSecond").doubleValue();
    }
}
