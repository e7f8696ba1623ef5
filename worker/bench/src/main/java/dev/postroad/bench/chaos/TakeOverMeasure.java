package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Latencies;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * How long runs stand still when their worker dies or freezes: from then until their call is made anew. Each run is a chain
 * of naps, so that its next row comes one nap after that; the nap is taken off.
 */
final class TakeOverMeasure {
    private static final int NAP_MILLIS = 500;
    private static final int NAPS = 400;

    private static final String STARTED = """
            SELECT count(*) FROM postroad.runs r WHERE run_id LIKE :prefix || '%'
              AND EXISTS (SELECT FROM postroad.journal j WHERE j.run = r.id AND j.type = 'node.completed')""";

    /** Of the runs of some shards: when each had its next row after a time; null where it has none yet. */
    private static final String NEXT_ROWS = """
            SELECT (SELECT extract(epoch FROM min(j.at)) FROM postroad.journal j WHERE j.run = r.id AND j.at > :since)::float8
            FROM postroad.runs r WHERE r.run_id LIKE :prefix || '%' AND r.shard = ANY (:shards)""";

    private final Ground ground;
    private final Place place;
    private final int workers;
    private final int runs;
    private final RandomGenerator random;

    TakeOverMeasure(Ground ground, Place place, int workers, int runs, RandomGenerator random) {
        this.ground = ground;
        this.place = place;
        this.workers = workers;
        this.runs = runs;
        this.random = random;
    }

    /** What befalls a worker. */
    enum Blow {
        KILL("KILL"),
        FREEZE("STOP");

        private final String signal;

        Blow(String signal) {
            this.signal = signal;
        }
    }

    ObjectNode measure(Blow blow, int times) throws IOException, FaultsException, InterruptedException {
        List<Double> stood = new ArrayList<>();
        List<Double> longest = new ArrayList<>();
        try (Fleet fleet = new Fleet(
                ground.directory(), place, Map.of("POSTROAD_MAX_RUNS", Integer.toString(runs)), any -> Map.of())) {
            for (int i = 0; i < workers; i++) {
                fleet.start();
            }
            place.publish(graph());
            for (int i = 0; i < times; i++) {
                List<Double> one = once(fleet, blow, blow.name().toLowerCase(java.util.Locale.ROOT) + i + "-");
                stood.addAll(one);
                longest.add(Latencies.of(one).quantile(1));
                System.err.println(blow + " " + i + ": " + Latencies.of(one).figures());
            }
        }
        ObjectNode figures = Latencies.of(stood).figures();
        figures.set("runs", figures.remove("calls"));
        figures.put("takeOvers", times)
                .put("longestP50Millis", Latencies.of(longest).quantile(0.5));
        return figures;
    }

    private static String graph() {
        StringBuilder yaml = new StringBuilder("graph: naps\nstate: { log: { reducer: append } }\nnodes:\n");
        yaml.append("  nap: { agent: bench-nap, input: \"{'millis': ")
                .append(NAP_MILLIS)
                .append("}\", output: \"{'log': [1]}\" }\n");
        return yaml.append("edges:\n  - { from: START, to: nap }\n  - { from: nap, when: 'size(state.log) < ")
                .append(NAPS)
                .append("', to: nap }\n  - { from: nap, otherwise: true, to: END }\nlimits: { supersteps: 100000 }\n")
                .toString();
    }

    private List<Double> once(Fleet fleet, Blow blow, String prefix) throws IOException, InterruptedException {
        awaitShares(fleet);
        for (int i = 0; i < runs; i++) {
            place.trigger("naps", prefix + i);
        }
        place.flush();
        Ground.await(() -> number(STARTED, prefix) == runs);
        String hit = fleet.names().get(random.nextInt(fleet.names().size()));
        List<Integer> shards = place.sql()
                .withHandle(handle -> handle.select("SELECT shard FROM postroad.shards WHERE owner = ?", hit)
                        .mapTo(Integer.class)
                        .list());
        Instant since = Instant.now();
        fleet.worker(hit).signal(blow.signal);
        Ground.await(() -> nextRows(prefix, shards, since).stream().allMatch(at -> at > 0));
        List<Double> stood = nextRows(prefix, shards, since).stream()
                .map(at -> Math.max(0, at * 1e3 - since.toEpochMilli() - NAP_MILLIS))
                .toList();
        clear(prefix);
        fleet.kill(hit);
        fleet.start();
        return stood;
    }

    private void awaitShares(Fleet fleet) throws InterruptedException {
        Ground.await(() -> fleet.names().stream()
                .allMatch(name -> place.count("SELECT count(*) FROM postroad.shards WHERE owner = ?", name) > 0));
    }

    private long number(String sql, String prefix) {
        return place.sql()
                .withHandle(handle -> handle.createQuery(sql)
                        .bind("prefix", prefix)
                        .mapTo(Long.class)
                        .one());
    }

    private List<Double> nextRows(String prefix, List<Integer> shards, Instant since) {
        return place.sql()
                .withHandle(handle -> handle.createQuery(NEXT_ROWS)
                        .bind("since", since.atOffset(ZoneOffset.UTC))
                        .bind("prefix", prefix)
                        .bindArray("shards", Integer.class, shards)
                        .map((row, context) -> row.getDouble(1))
                        .list());
    }

    /** The runs have done what they were there for. */
    private void clear(String prefix) throws InterruptedException {
        for (int i = 0; i < runs; i++) {
            place.send(
                    place.topics().control(),
                    prefix + i,
                    JsonNodeFactory.instance.objectNode().put("type", "cancel").put("runId", prefix + i));
        }
        place.flush();
        Ground.await(() -> number(
                        "SELECT count(*) FROM postroad.runs WHERE ended_at IS NULL AND run_id LIKE :prefix || '%'",
                        prefix)
                == 0);
    }
}
