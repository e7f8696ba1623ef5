package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.util.List;

/** Chains of an agent behind HTTP in a process of its own, beside a bare loop of its calls. */
final class ServedRuns {
    private static final String AGENT = "bench-served";
    private static final String GRAPH = "bench-http";

    private ServedRuns() {}

    /** Chains, all at once, and then as many calls without a worker. */
    static ObjectNode chains(Site site, int nodes, int runs, int warmUp, int atOnce)
            throws IOException, FaultsException, InterruptedException {
        try (Served service = new Served(NoOperationService.class, List.of())) {
            int port = service.port();
            site.place().publish("agent: " + AGENT + "\nkind: http\nurl: http://127.0.0.1:" + port + "/\n");
            site.place().publish(Graphs.chain(GRAPH, nodes, AGENT));
            site.run(GRAPH, "warm-", warmUp);
            Processors before = Processors.untilNow(service.handle());
            site.run(GRAPH, "measured-", runs);
            Processors after = Processors.untilNow(service.handle());
            ObjectNode figures = Figures.of(site, "measured-");
            BareCalls calls = new BareCalls(port);
            calls.perSecond(runs * nodes, atOnce);
            double bare = calls.perSecond(runs * nodes, atOnce);
            figures.set("cpuMicrosOfACall", after.microsOfEach((long) runs * nodes, before));
            return figures.put("bareCallsPerSecond", Math.round(bare))
                    .put(
                            "ratioToBareCalls",
                            Figures.round(figures.get("transitionsPerSecond").doubleValue() / bare, 3));
        }
    }
}
