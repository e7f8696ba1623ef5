package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Place;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is left when all is over: each line of the answer is something that must be 0. */
final class Verdict {
    private static final int CALLS_OF_A_RUN = 3;

    /** A call is on its way to the agent while its run ends, where another worker ended it. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(1);

    private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");

    private static final String NOT_ENDED = "SELECT count(*) FROM postroad.runs WHERE ended_at IS NULL";

    private static final String GAPS = """
            SELECT count(*) FROM (SELECT run FROM postroad.journal GROUP BY run
                                  HAVING min(seq) <> 1 OR max(seq) <> count(*)) AS gapped""";
    private static final String ROWS_OF_NOBODY =
            "SELECT count(*) FROM postroad.journal WHERE run NOT IN (SELECT id FROM postroad.runs)";

    /** The status of a run is that of its last event. */
    private static final String STATUSES = """
            SELECT count(*) FROM postroad.runs r
            WHERE 'run.' || r.status <> (SELECT j.type FROM postroad.journal j WHERE j.run = r.id
                                         AND j.type <> 'command.rejected' ORDER BY seq DESC LIMIT 1)""";

    /** Runs of the same input end in the same state, whatever happened to them; calm ones had nothing happen to them. */
    private static final String STATES = """
            WITH ends AS (SELECT r.run_id, r.input::text AS input, j.data ->> 'state' AS state
                          FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id AND j.type = 'run.completed')
            SELECT count(*) FROM ends e JOIN ends calm ON calm.input = e.input AND calm.run_id LIKE 'calm-%'
            WHERE e.state IS DISTINCT FROM calm.state""";

    private static final String FAILED = "SELECT count(*) FROM postroad.runs WHERE status = 'failed'";

    private Verdict() {}

    static ObjectNode of(Scene scene, Set<String> triggered, EventsTopic events) {
        Place place = scene.place();
        Map<String, Instant> ends = ends(scene);
        List<Agents.Call> calls = scene.agents().calls();
        ObjectNode wrong = JsonNodeFactory.instance.objectNode();
        wrong.put(
                "runsLost",
                triggered.stream().filter(run -> !ends.containsKey(run)).count());
        wrong.put("runsThatDidNotEnd", place.count(NOT_ENDED));
        wrong.put("runsThatFailed", place.count(FAILED));
        wrong.put("journalsWithGaps", place.count(GAPS));
        wrong.put("rowsOfNoRun", place.count(ROWS_OF_NOBODY));
        wrong.put("statusesUnlikeTheirJournal", place.count(STATUSES));
        wrong.put("statesUnlikeTheUndisturbed", place.count(STATES));
        wrong.put("rowsThatAreNoEvent", place.count("SELECT count(*) FROM postroad.journal") - events.distinct());
        wrong.put("eventsOutOfOrder", events.outOfOrder());
        wrong.put(
                "callsAfterTheEndOfTheirRun",
                calls.stream()
                        .filter(call -> call.at()
                                .isAfter(ends.getOrDefault(call.run(), FAR).plus(ON_THE_WAY)))
                        .count());
        wrong.put("keysThatAreNotStable", unstableKeys(calls));
        return wrong;
    }

    /** When each run came to its end; in the far future for one that did not. */
    private static Map<String, Instant> ends(Scene scene) {
        Map<String, Instant> ends = new HashMap<>();
        scene.place()
                .sql()
                .useHandle(handle -> handle.createQuery("SELECT run_id, ended_at FROM postroad.runs")
                        .map((row, context) -> {
                            Timestamp ended = row.getTimestamp("ended_at");
                            return Map.entry(
                                    row.getString("run_id"),
                                    ended == null ? FAR : scene.ofPostgres().committed(ended.toInstant()));
                        })
                        .forEach(run -> ends.put(run.getKey(), run.getValue())));
        return ends;
    }

    /** A run has one key for each of its tasks, however often that is called, and by whom. */
    private static long unstableKeys(List<Agents.Call> calls) {
        Map<String, Set<String>> keys = new TreeMap<>(calls.stream()
                .collect(Collectors.groupingBy(
                        Agents.Call::run, Collectors.mapping(Agents.Call::key, Collectors.toSet()))));
        return keys.values().stream().filter(of -> of.size() > CALLS_OF_A_RUN).count();
    }

    static boolean isSound(ObjectNode wrong) {
        return wrong.properties().stream().allMatch(line -> line.getValue().asLong() == 0);
    }
}
