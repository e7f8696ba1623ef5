package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Chains of an agent on Kafka in a process of its own, and many of its tasks that nobody answers for a while. */
final class HostedRuns {
    static final String AGENT = "bench-remote";

    private static final String DEFINITION = "agent: " + AGENT + "\nkind: kafka\ntimeout: PT1H\n";
    private static final String GRAPH = "bench-hosted";

    private HostedRuns() {}

    /** Chains, all at once. */
    static ObjectNode chains(Site site, int nodes, int runs, int warmUp) throws Exception {
        site.place().publish(DEFINITION);
        site.place().publish(Graphs.chain(GRAPH, nodes, AGENT));
        try (Served host = host(site.place())) {
            site.run(GRAPH, "warm-", warmUp);
            Processors before = Processors.untilNow(host.handle());
            site.run(GRAPH, "measured-", runs);
            Processors after = Processors.untilNow(host.handle());
            ObjectNode figures = Figures.of(site, "measured-");
            figures.set("cpuMicrosOfACall", after.microsOfEach((long) runs * nodes, before));
            return figures;
        }
    }

    /** Tasks that are all out at once, with the worker that sent them and with the next; then they are answered. */
    static ObjectNode out(Ground ground, Place place, int runs, int heapMebibytes)
            throws IOException, FaultsException, InterruptedException {
        ObjectNode figures = JsonNodeFactory.instance.objectNode().put("tasks", runs);
        try (WorkerProcess first = new WorkerProcess(place.environment(Map.of()), ground.log("first"), heapMebibytes)) {
            place.publish(DEFINITION);
            place.publish(Graphs.chain(GRAPH, 1, AGENT));
            long begun = System.nanoTime();
            for (int i = 0; i < runs; i++) {
                place.trigger(GRAPH, "out-" + i);
            }
            place.flush();
            Ground.await(() -> at(place, "waiting") == runs);
            figures.put("secondsUntilAllAreOut", seconds(begun));
            figures.put("heapMebibytes", Figures.round(first.heapMebibytes(), 1));
            figures.put("peakResidentMebibytes", Figures.round(first.peakResidentMebibytes(), 1));
            first.kill();
        }
        try (WorkerProcess second =
                new WorkerProcess(place.environment(Map.of()), ground.log("second"), heapMebibytes)) {
            figures.put("readyMillis", Math.round(second.readyMillis()));
            figures.put("heapAfterKillMebibytes", Figures.round(second.heapMebibytes(), 1));
            long begun = System.nanoTime();
            try (Served _ = host(place)) {
                Ground.await(() -> at(place, "completed") == runs);
            }
            figures.put("secondsUntilAllAreAnswered", seconds(begun));
            figures.put("peakResidentAfterKillMebibytes", Figures.round(second.peakResidentMebibytes(), 1));
        }
        figures.put("tasksSent", place.records(place.topics().agentTasks(AGENT)));
        return figures.put("heapLimitMebibytes", heapMebibytes);
    }

    private static long at(Place place, String status) {
        return place.count("SELECT count(*) FROM postroad.runs WHERE status = ?", status);
    }

    private static double seconds(long begun) {
        return Figures.round((System.nanoTime() - begun) / 1e9, 1);
    }

    private static Served host(Place place) throws IOException {
        return new Served(
                HostMain.class, List.of(place.servers().kafka(), place.topics().prefix()));
    }
}
