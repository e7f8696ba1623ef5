package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The chain benchmark before many ended runs are pruned, while they are, and after; and how long the tables are then. Before
 * and after count as one, since the machine drifts.
 */
final class PruneRounds {
    private static final String GRAPH = "bench-chain";
    private static final int NODES = 10;
    private static final List<String> TABLES = List.of("runs", "journal", "snapshots", "pruned_runs");
    private static final String OLD = "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'history-%'";

    private final Site site;
    private final FullTables tables;
    private final int chainRuns;

    PruneRounds(Site site, FullTables tables, int chainRuns) {
        this.site = site;
        this.tables = tables;
        this.chainRuns = chainRuns;
    }

    ObjectNode measure(int runs, int rounds) throws FaultsException, InterruptedException {
        tables.fill(runs);
        site.place().publish(Graphs.chain(GRAPH, NODES, NoOperation.NAME));
        site.run(GRAPH, "warm-", chainRuns);
        long bytesBefore = bytes();
        List<Double> alone = rates("before-", rounds);
        prune();
        Ground.await(() -> site.metric("postroad_runs_pruned_total", "") > 0);
        Instant begun = Instant.now();
        long goneBefore = runs - old();
        List<Double> beside = new ArrayList<>();
        for (int round = 0; round < rounds && old() > 0; round++) {
            beside.add(rate("beside-" + round + "-"));
        }
        double seconds = Duration.between(begun, Instant.now()).toMillis() / 1e3;
        long gone = runs - old();
        boolean outlasted = gone < runs;
        awaitNone();
        TABLES.forEach(table -> execute("VACUUM (ANALYZE) postroad." + table));
        alone.addAll(rates("after-", rounds));
        long bytesAfter = bytes();
        TABLES.forEach(table -> execute("VACUUM (FULL) postroad." + table));
        ObjectNode figures = JsonNodeFactory.instance.objectNode().put("runs", runs);
        alone.forEach(figures.putArray("transitionsPerSecondAlone")::add);
        beside.forEach(figures.putArray("transitionsPerSecondBesidePruning")::add);
        long kept = bytes();
        return figures.put("ratio", Figures.round(Figures.median(beside) / Figures.median(alone), 3))
                .put("pruningOutlastedTheRounds", outlasted)
                .put("prunedPerSecondBesideTheChain", Math.round((gone - goneBefore) / seconds))
                .put("tableBytesBefore", bytesBefore)
                .put("tableBytesAfter", bytesAfter)
                .put("tableBytesOfWhatIsKept", kept)
                .put("sizeRatio", Figures.round((double) bytesAfter / kept, 3));
    }

    /** As if somebody had published them so; what they are besides does not change. */
    private void prune() {
        execute("UPDATE postroad.graphs SET definition = (definition::jsonb || '{\"retention\": \"PT1H\"}')::json"
                + " WHERE name LIKE 'bench-history-%'");
    }

    /** However long it takes, as long as it goes on. */
    private void awaitNone() throws InterruptedException {
        for (long left = old(); left > 0; left = old()) {
            long before = left;
            Ground.await(() -> old() < before, Duration.ofSeconds(2));
        }
        Ground.await(() -> site.place().count("SELECT count(*) FROM postroad.rows_to_prune") == 0);
    }

    private List<Double> rates(String prefix, int rounds) throws InterruptedException {
        List<Double> rates = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            rates.add(rate(prefix + round + "-"));
        }
        return rates;
    }

    private double rate(String prefix) throws InterruptedException {
        site.run(GRAPH, prefix, chainRuns);
        return Figures.of(site, prefix).get("transitionsPerSecond").doubleValue();
    }

    private long old() {
        return site.place().count(OLD);
    }

    private long bytes() {
        return TABLES.stream()
                .mapToLong(
                        table -> site.place().count("SELECT pg_total_relation_size(?::regclass)", "postroad." + table))
                .sum();
    }

    private void execute(String sql) {
        site.sql().useHandle(handle -> handle.execute(sql));
    }
}
