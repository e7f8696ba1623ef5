package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Many calls of an agent behind HTTP that are under way at once, on one worker. */
final class WaitingCalls {
    private static final String GRAPH = "bench-calls";
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final int HEAP_MEBIBYTES = 768;
    private static final int WARM_UP_LOT = 1_000;

    private final Ground ground;
    private final Place place;

    WaitingCalls(Ground ground, Place place) {
        this.ground = ground;
        this.place = place;
    }

    ObjectNode measure(int calls, Duration each, int warmUp) throws IOException, FaultsException, InterruptedException {
        try (SlowService service = new SlowService();
                WorkerProcess worker = new WorkerProcess(
                        place.environment(Map.of("POSTROAD_MAX_RUNS", Integer.toString(calls))),
                        ground.log("worker"),
                        HEAP_MEBIBYTES)) {
            place.publish("agent: bench-slow\nkind: http\nurl: " + service.url() + "\n");
            place.publish(Graphs.chain(GRAPH, 1, "bench-slow"));
            // In small lots, as the measured calls are to find few connections that are open already.
            for (int done = 0; done < warmUp; done += WARM_UP_LOT) {
                run("warm-" + done + "-", WARM_UP_LOT, worker);
            }
            service.answerAfter(each);
            long began = System.nanoTime();
            Peak peak = run("measured-", calls, worker);
            double seconds = (System.nanoTime() - began) / 1e9;
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("calls", calls)
                    .put("secondsOfEach", each.toMillis() / 1e3)
                    .put("secondsUntilAllCompleted", Figures.round(seconds, 2))
                    .put("mostUnderWay", service.mostUnderWay())
                    .put("attemptsBeyondTheFirst", attemptsBeyondTheFirst())
                    .put("peakHeapMebibytes", peak.heapBytes >> 20)
                    .put("peakThreads", peak.threads)
                    .put("maxHeapMebibytes", HEAP_MEBIBYTES);
        }
    }

    /** What a worker took at the most, as seen a few times a second. */
    private static final class Peak {
        private long heapBytes;
        private long threads;

        void see(Metrics metrics) {
            heapBytes = Math.max(heapBytes, metrics.sum("jvm_memory_used_bytes", "area=\"heap\""));
            threads = Math.max(threads, metrics.sum("jvm_threads_live_threads"));
        }
    }

    /** Until subscribers know of the end of the last run. */
    private Peak run(String prefix, int runs, WorkerProcess worker) throws InterruptedException {
        Peak peak = new Peak();
        try (EventTail completed = place.tail("run.completed")) {
            for (int i = 0; i < runs; i++) {
                place.trigger(GRAPH, prefix + i);
            }
            place.flush();
            Ground.await(
                    () -> {
                        peak.see(worker.metrics());
                        return completed.runs() == runs;
                    },
                    BEAT);
        }
        return peak;
    }

    private long attemptsBeyondTheFirst() {
        return place.count("""
                SELECT count(*) FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                WHERE j.type = 'node.retrying' AND r.run_id LIKE 'measured-%'""");
    }
}
