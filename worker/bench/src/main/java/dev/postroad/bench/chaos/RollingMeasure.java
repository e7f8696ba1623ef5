package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Latencies;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/**
 * How long runs stand still while one worker after the other is stopped in order, each once another one is there in its
 * place, and which calls are made twice meanwhile. A run stands still from the end of one nap to the end of the next, less
 * the nap.
 */
final class RollingMeasure {
    private static final String PREFIX = "rolling-";

    /** Of each run: the longest time between two of its calls' ends, in seconds. */
    private static final String LONGEST = """
            SELECT max(pause)::float8 FROM (
              SELECT j.run, j.at, extract(epoch FROM j.at - lag(j.at) OVER (PARTITION BY j.run ORDER BY j.seq)) AS pause
              FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
              WHERE r.run_id LIKE :prefix || '%' AND j.type = 'node.completed') AS pauses
            WHERE at > :since GROUP BY run""";

    private static final String WITHOUT_A_ROW_SINCE = """
            SELECT count(*) FROM postroad.runs r WHERE run_id LIKE ? || '%' AND NOT EXISTS (
              SELECT FROM postroad.journal j WHERE j.run = r.id AND j.type = 'node.completed' AND j.at > ?)""";

    private final Servers servers;
    private final Place place;
    private final int workers;
    private final int runs;

    RollingMeasure(Servers servers, Place place, int workers, int runs) {
        this.servers = servers;
        this.place = place;
        this.workers = workers;
        this.runs = runs;
    }

    ObjectNode measure() throws IOException, FaultsException, InterruptedException {
        try (Agents agents = new Agents();
                Fleet fleet = new Fleet(
                        servers.directory(),
                        place,
                        Map.of("POSTROAD_MAX_RUNS", Integer.toString(runs)),
                        number -> servers.environment(number, place.postgresUrl()))) {
            agents.answerAfter(Duration.ofMillis(Naps.MILLIS));
            Naps naps = new Naps(place);
            fleet.learn(() -> {
                place.publish("agent: nap\nkind: http\nurl: " + agents.url());
                naps.learn("nap");
            });
            for (int i = 0; i < workers; i++) {
                fleet.start();
            }
            naps.begin(PREFIX, runs);
            Instant since = Instant.now();
            for (String worker : fleet.names()) {
                fleet.start();
                fleet.stop(worker);
                System.err.println("restarted " + worker);
            }
            Instant over = Instant.now();
            Ground.await(() -> place.count(WITHOUT_A_ROW_SINCE, PREFIX, over.atOffset(ZoneOffset.UTC)) == 0);
            naps.end(PREFIX, runs);
            return figures(since, over, agents.calls());
        }
    }

    private ObjectNode figures(Instant since, Instant over, List<Agents.Call> calls) {
        Latencies longest = Latencies.of(place.sql()
                .withHandle(handle -> handle.createQuery(LONGEST)
                        .bind("prefix", PREFIX)
                        .bind("since", since.atOffset(ZoneOffset.UTC))
                        .map((row, context) -> row.getDouble(1) * 1e3 - Naps.MILLIS)
                        .list()));
        long once = calls.stream()
                .map(call -> call.key() + "#" + call.attempt())
                .distinct()
                .count();
        return JsonNodeFactory.instance
                .objectNode()
                .put("workers", workers)
                .put("seconds", Duration.between(since, over).toSeconds())
                .put("runs", longest.sortedMillis().size())
                .put("longestStandStillMillis", longest.quantile(1))
                .put("p99OfRunsMillis", longest.quantile(0.99))
                .put("p50OfRunsMillis", longest.quantile(0.5))
                .put("calls", calls.size())
                .put("callsRepeated", calls.size() - once);
    }
}
