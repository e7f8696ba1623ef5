package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Trigger;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs under way while one fault follows the other; some of the runs are cancelled, retried or paused, each twice. The seed
 * decides which fault comes when and whom it strikes.
 */
final class ChaosRun {
    private static final int INPUTS = 10;
    private static final int CANCEL_EVERY = 20;
    private static final int RETRY_EVERY = 40;
    private static final int PAUSED = 7;
    private static final int MOST_EVENT_READS = 240;

    private final Ground ground;
    private final Place place;
    private final int workers;
    private final Set<String> triggered = new HashSet<>();
    private final Map<String, Integer> struck = new TreeMap<>();

    ChaosRun(Ground ground, Place place, int workers) {
        this.ground = ground;
        this.place = place;
        this.workers = workers;
    }

    ObjectNode run(int runs, int faults, long seed) throws IOException, FaultsException, InterruptedException {
        Random random = new Random(seed);
        try (Agents agents = new Agents();
                Fleet fleet = new Fleet(ground, place, Map.of("POSTROAD_MAX_RUNS", "200"))) {
            for (int i = 0; i < workers; i++) {
                fleet.start();
            }
            publish(agents);
            trigger("calm-", 0, INPUTS);
            Ground.await(() -> place.count("SELECT count(*) FROM postroad.runs WHERE status = 'completed'") == INPUTS);
            Scene scene = new Scene(place, fleet, agents, new Pauses(), random);
            int ended = strike(scene, runs, faults);
            Ground.await(() ->
                    place.count("SELECT count(*) FROM postroad.runs WHERE ended_at IS NOT NULL") == triggered.size());
            return judged(scene).put("workersThatEndedByThemselves", ended);
        }
    }

    private int strike(Scene scene, int runs, int faults) throws IOException, InterruptedException {
        List<Fault> all = Faults.all();
        int ended = 0;
        for (int i = 0; i < faults; i++) {
            trigger("run-", (int) ((long) runs * i / faults), (int) ((long) runs * (i + 1) / faults));
            Fault fault = all.get(scene.random().nextInt(all.size()));
            System.err.println("fault " + i + ": " + fault.name());
            fault.strike(scene);
            struck.merge(fault.name(), 1, Integer::sum);
            ended += scene.fleet().replaceEnded();
        }
        return ended;
    }

    private void trigger(String prefix, int from, int to) {
        for (int i = from; i < to; i++) {
            ObjectNode input = JsonNodeFactory.instance.objectNode().put("n", i % INPUTS);
            place.send(
                    place.topics().triggers(),
                    prefix + i,
                    Trigger.of("chaos", null, input).toJson());
            triggered.add(prefix + i);
        }
        place.flush();
        if (prefix.equals("run-")) {
            for (int i = from; i < to; i++) {
                steer(prefix + i, i);
            }
        }
        place.flush();
    }

    /** Some are cancelled, some of these are retried after that, and some are paused and go on; each is told twice. */
    private void steer(String run, int number) {
        if (number % CANCEL_EVERY == 0) {
            twice(run, "cancel");
        }
        if (number % RETRY_EVERY == 0) {
            twice(run, "retry");
        }
        if (number % CANCEL_EVERY == PAUSED) {
            twice(run, "pause");
            twice(run, "unpause");
        }
    }

    private void twice(String run, String type) {
        ObjectNode command = JsonNodeFactory.instance
                .objectNode()
                .put("type", type)
                .put("runId", run)
                .put("commandId", type + "-" + run);
        place.send(place.topics().control(), run, command);
        place.send(place.topics().control(), run, command);
    }

    private ObjectNode judged(Scene scene) throws InterruptedException {
        Agents agents = scene.agents();
        ObjectNode found = JsonNodeFactory.instance.objectNode();
        try (EventsTopic events = new EventsTopic(ground, place)) {
            for (int i = 0; i < MOST_EVENT_READS && events.distinct() < rows(); i++) {
                events.read();
                Thread.sleep(250);
            }
            ObjectNode wrong = Verdict.of(scene, triggered, events);
            found.put("sound", Verdict.isSound(wrong));
            found.set("wrong", wrong);
            found.put("runs", triggered.size()).put("rows", rows()).put("eventsRepeated", events.repeats());
        }
        int calls = agents.calls().size();
        long tasks = agents.calls().stream()
                .map(call -> call.key() + "#" + call.attempt())
                .distinct()
                .count();
        found.put("calls", calls).put("callsRepeated", calls - tasks);
        found.put("takeOvers", place.count("SELECT count(*) FROM postroad.take_overs"));
        struck.forEach(found.putObject("faults")::put);
        return found;
    }

    private long rows() {
        return place.count("SELECT count(*) FROM postroad.journal");
    }

    private void publish(Agents agents) throws FaultsException, InterruptedException {
        place.publish("""
                agent: chaos-agent
                kind: http
                url: %s
                timeout: PT5S
                retry: { maxAttempts: 50, backoff: PT0.1S, maxBackoff: PT1S }
                """.formatted(agents.url()));
        place.publish(ChaosGraph.described("the first"));
    }
}
