package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Latencies;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long runs stand still when their worker dies, freezes or is cut off: from then until their call is made anew. Each run
 * is a chain of naps, so that its next row comes one nap after that; the nap is taken off.
 */
final class TakeOverMeasure {
    private static final Duration WATCHED = Duration.ofSeconds(20);

    /** Of the runs of some shards: when each had its next row after a time; null where it has none yet. */
    private static final String NEXT_ROWS = """
            SELECT (SELECT extract(epoch FROM min(j.at)) FROM postroad.journal j WHERE j.run = r.id AND j.at > :since)::float8
            FROM postroad.runs r WHERE r.run_id LIKE :prefix || '%' AND r.shard = ANY (:shards)""";

    private static final String WATCHERS =
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'postroad % lease'";

    private final Servers servers;
    private final Place place;
    private final Naps naps;
    private final int workers;
    private final int partitions;
    private final int runs;
    private final RandomGenerator random;

    TakeOverMeasure(Servers servers, Place place, int workers, int partitions, int runs, RandomGenerator random) {
        this.servers = servers;
        this.place = place;
        this.naps = new Naps(place);
        this.workers = workers;
        this.partitions = partitions;
        this.runs = runs;
        this.random = random;
    }

    /** What befalls a worker. */
    enum Blow {
        KILL,
        FREEZE,
        /** Nothing arrives between it and the servers, and nobody is told. */
        CUT_OFF
    }

    ObjectNode measure(Blow blow, int times) throws IOException, FaultsException, InterruptedException {
        List<Double> stood = new ArrayList<>();
        List<Double> longest = new ArrayList<>();
        double watching;
        Map<String, String> settings = Map.of(
                "POSTROAD_MAX_RUNS", Integer.toString(runs), "POSTROAD_PARTITIONS", Integer.toString(partitions));
        try (Fleet fleet = new Fleet(
                servers.directory(), place, settings, number -> servers.environment(number, place.postgresUrl()))) {
            fleet.learn(() -> naps.learn("bench-nap"));
            for (int i = 0; i < workers; i++) {
                fleet.start();
            }
            awaitShares(fleet);
            watching = coresOfWatching();
            for (int i = 0; i < times; i++) {
                List<Double> one =
                        once(fleet, blow, blow.name().toLowerCase(Locale.ROOT).replace('_', '-') + i + "-");
                stood.addAll(one);
                longest.add(Latencies.of(one).quantile(1));
                System.err.println(blow + " " + i + ": " + Latencies.of(one).figures());
            }
        }
        ObjectNode figures = Latencies.of(stood).figures();
        figures.set("runs", figures.remove("calls"));
        return figures.put("takeOvers", times)
                .put("longestP50Millis", Latencies.of(longest).quantile(0.5))
                .put("coresOfWatching", watching);
    }

    /** What the sessions take of a processor that renew the leases and look at those of others, while nothing goes on. */
    private double coresOfWatching() throws InterruptedException {
        long before = nanosOfWatching();
        long since = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(WATCHED.toNanos());
        return (nanosOfWatching() - before) / (double) (System.nanoTime() - since);
    }

    private long nanosOfWatching() {
        return place
                .sql()
                .withHandle(
                        handle -> handle.createQuery(WATCHERS).mapTo(Long.class).list())
                .stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(session -> session.info().totalCpuDuration().stream())
                .mapToLong(Duration::toNanos)
                .sum();
    }

    private List<Double> once(Fleet fleet, Blow blow, String prefix) throws IOException, InterruptedException {
        awaitShares(fleet);
        naps.begin(prefix, runs);
        String hit = fleet.names().get(random.nextInt(fleet.names().size()));
        List<Integer> shards = place.sql()
                .withHandle(handle -> handle.select("SELECT shard FROM postroad.shards WHERE owner = ?", hit)
                        .mapTo(Integer.class)
                        .list());
        Instant since = Instant.now();
        strike(blow, fleet, hit);
        Ground.await(() -> nextRows(prefix, shards, since).stream().allMatch(at -> at > 0));
        List<Double> stood = nextRows(prefix, shards, since).stream()
                .map(at -> Math.max(0, at * 1e3 - since.toEpochMilli() - Naps.MILLIS))
                .toList();
        naps.end(prefix, runs);
        int left = fleet.place(hit);
        fleet.kill(hit);
        for (Server server : Server.values()) {
            servers.link(server, left).mend();
        }
        fleet.start();
        return stood;
    }

    private void strike(Blow blow, Fleet fleet, String worker) throws IOException, InterruptedException {
        switch (blow) {
            case KILL -> fleet.worker(worker).signal("KILL");
            case FREEZE -> fleet.worker(worker).signal("STOP");
            case CUT_OFF -> {
                for (Server server : Server.values()) {
                    servers.link(server, fleet.place(worker)).still();
                }
            }
        }
    }

    private void awaitShares(Fleet fleet) throws InterruptedException {
        Ground.await(() -> fleet.names().stream()
                .allMatch(name -> place.count("SELECT count(*) FROM postroad.shards WHERE owner = ?", name) > 0));
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
}
