package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Runs that wait for a person, a restart of their worker, and then the person. */
final class WaitingRuns {
    private static final String GRAPH = "bench-question";
    private static final Duration BEAT = Duration.ofMillis(1);

    private final Ground ground;
    private final Place place;

    WaitingRuns(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    ObjectNode measure(int runs, int resumes) throws IOException, FaultsException, InterruptedException {
        ObjectNode figures = JsonNodeFactory.instance.objectNode().put("runs", runs);
        try (WorkerProcess first = worker()) {
            figures.put("firstReadyMillis", Math.round(first.readyMillis()));
            place.publish(Graphs.question(GRAPH));
            long begun = System.nanoTime();
            for (int i = 0; i < runs; i++) {
                place.trigger(GRAPH, "waiting-" + i);
            }
            place.flush();
            Ground.await(() -> waiting() == runs);
            figures.put("secondsUntilAllWait", Figures.round((System.nanoTime() - begun) / 1e9, 1));
            figures.put("heapMebibytes", Figures.round(first.heapMebibytes(), 1));
        }
        try (WorkerProcess second = worker()) {
            figures.put("readyMillis", Math.round(second.readyMillis()));
            figures.put("readyCpuMillis", Math.round(second.readyCpuMillis()));
            figures.put("heapAfterRestartMebibytes", Figures.round(second.heapMebibytes(), 1));
            figures.set("resumes", resume(runs, resumes).figures());
        }
        return figures.put("stillWaiting", waiting());
    }

    private WorkerProcess worker() throws IOException {
        return new WorkerProcess(place.environment(Map.of()), ground.log("worker"));
    }

    private long waiting() {
        return place.count("SELECT count(*) FROM postroad.runs WHERE status = 'waiting'");
    }

    private Latencies resume(int runs, int resumes) throws InterruptedException {
        Random random = new Random(42);
        Set<String> chosen = new HashSet<>();
        while (chosen.size() < Math.min(runs, resumes)) {
            chosen.add("waiting-" + random.nextInt(runs));
        }
        List<Double> millis = new ArrayList<>();
        try (EventTail resumed = place.tail("run.resumed")) {
            for (String runId : chosen) {
                Control yes = new Control(runId, null, Control.Resume.with(BooleanNode.TRUE));
                long sent = System.nanoTime();
                place.send(place.topics().control(), runId, yes.toJson());
                place.flush();
                Ground.await(() -> resumed.has(runId), BEAT);
                millis.add((resumed.arrivedAt(runId) - sent) / 1e6);
            }
        }
        return Latencies.of(millis);
    }
}
