package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.util.ArrayList;
import java.util.List;

/**
 * The same chain by agents that say nothing and by such that log and show something, and beside one that floods the log
 * and the output; by turns, since the machine drifts within minutes. Figures of agents are kept in all of them.
 */
final class ObservedRounds {
    private static final String QUIET = "bench-quiet-chain";
    private static final String LOUD = "bench-loud-chain";
    private static final String FLOOD = "bench-flood";
    private static final int NODES = 10;

    private final Site site;
    private final int runs;
    private final int loudNodes;
    private int flooded;

    /** @param loudNodes so many of the chain's ten nodes log a line and show a chunk */
    ObservedRounds(Site site, int runs, int loudNodes) {
        this.site = site;
        this.runs = runs;
        this.loudNodes = loudNodes;
    }

    ObjectNode measure(int rounds) throws FaultsException, InterruptedException {
        site.place().publish(Graphs.chain(QUIET, NODES, NoOperation.NAME));
        site.place().publish(Graphs.chain(LOUD, NODES, NoOperation.NAME, loudNodes, Loud.NAME));
        site.place().publish(Graphs.chain(FLOOD, 1, Flood.NAME));
        for (String graph : List.of(QUIET, LOUD)) {
            site.run(graph, "warm-" + graph + "-", runs);
        }
        List<Double> quiet = new ArrayList<>();
        List<Double> loud = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            // Whoever is second finds another machine, so each is first as often.
            if (round % 2 == 0) {
                quiet.add(rate(QUIET, round));
                loud.add(rate(LOUD, round));
                beside.add(rateBesideFlood(round));
            } else {
                beside.add(rateBesideFlood(round));
                loud.add(rate(LOUD, round));
                quiet.add(rate(QUIET, round));
            }
        }
        ObjectNode figures = JsonNodeFactory.instance
                .objectNode()
                .put("runs", runs)
                .put("nodes", NODES)
                .put("loudNodes", loudNodes);
        quiet.forEach(figures.putArray("quietTransitionsPerSecond")::add);
        loud.forEach(figures.putArray("loudTransitionsPerSecond")::add);
        beside.forEach(figures.putArray("besideFloodTransitionsPerSecond")::add);
        figures.put("loudToQuiet", Figures.ratio(loud, quiet)).put("besideFloodToQuiet", Figures.ratio(beside, quiet));
        for (String of : List.of("postroad_log_entries_total", "postroad_output_chunks_total")) {
            for (String outcome : List.of("stored", "dropped")) {
                figures.put(of + " " + outcome, site.metric(of, "outcome=\"" + outcome + "\""));
            }
        }
        return figures.put("floods", flooded);
    }

    private double rateBesideFlood(int round) throws InterruptedException {
        flooded++;
        truncate();
        String prefix = "beside-" + round + "-";
        site.place().trigger(FLOOD, "flood-" + round);
        site.run(QUIET, prefix, runs);
        Ground.await(() -> site.place()
                        .count("SELECT count(*) FROM postroad.runs WHERE run_id LIKE '%-" + round
                                + "%' AND ended_at IS NOT NULL")
                == runs + 1);
        return Figures.of(site, prefix).get("transitionsPerSecond").doubleValue();
    }

    private double rate(String graph, int round) throws InterruptedException {
        truncate();
        String prefix = graph + "-" + round + "-";
        site.run(graph, prefix, runs);
        return Figures.of(site, prefix).get("transitionsPerSecond").doubleValue();
    }

    private void truncate() {
        site.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.journal, postroad.runs, postroad.agent_logs"));
    }
}
