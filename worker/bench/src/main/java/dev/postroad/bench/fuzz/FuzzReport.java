package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.Latencies;
import dev.postroad.bench.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The one line that is said at the end. Confined to one thread. */
final class FuzzReport {
    /** What a cache, a catalog and the code compiled meanwhile may come to; a leak of 70 bytes a message would not. */
    private static final double FLAT_MEBIBYTES = 64;

    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ObjectNode http = JsonNodeFactory.instance.objectNode();
    private boolean stoodStill;
    private double heapBefore;

    ObjectNode json() {
        return json;
    }

    void before(WorkerProcess worker) throws IOException {
        heapBefore = worker.heapMebibytes();
        json.putObject("memoryBefore")
                .put("heapMebibytes", Math.round(heapBefore))
                .put("residentMebibytes", residentMebibytes(worker));
    }

    /** How it grows on the way, which tells a cache that fills up from a leak. */
    void onTheWay(long thrown, WorkerProcess worker) throws IOException {
        json.withArray("memoryOnTheWay")
                .addObject()
                .put("thrown", thrown)
                .put("heapMebibytes", Math.round(worker.heapMebibytes()))
                .put("residentMebibytes", residentMebibytes(worker));
    }

    /** What the operating system holds for the worker; 0 where it does not say. */
    static long residentMebibytes(WorkerProcess worker) {
        Path status = Path.of("/proc/" + worker.handle().pid() + "/status");
        try {
            List<String> lines = Files.isReadable(status) ? Files.readAllLines(status) : List.of();
            return lines.stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    /** So many were thrown when nothing more was accounted for. */
    void stoodStill(long thrown) {
        stoodStill = true;
        json.put("stoodStillAt", thrown);
    }

    void thrown(FuzzSettings settings, long thrown, long nanos) {
        json.put("seed", settings.seed()).put("first", settings.first()).put("messages", thrown);
        json.put("seconds", Math.round(nanos / 1e9)).put("perSecond", Math.round(thrown / (nanos / 1e9)));
    }

    void doors(Sender sender, HttpDoor door) {
        json.put("transactions", sender.transactions()).put("refusedByKafka", sender.refused());
        http.set("answers", door.answers());
        http.set("unavailable", door.unavailable());
        http.set("faults", door.faults());
        json.set("http", http);
    }

    void accounts(Accounts accounts, long lag, Verdict verdict) {
        long triggers = accounts.triggers().expected().count();
        long control = accounts.control().expected().count();
        long registry = accounts.registry().expected().count();
        json.putObject("committed")
                .put("triggers", triggers)
                .put("control", control)
                .put("registry", registry);
        json.put("accounted", triggers + control + registry - verdict.unaccounted());
        json.put("unaccounted", verdict.unaccounted()).put("lag", lag);
        verdict.require(lag == 0, lag + " records are left unread");
        verdict.require(!stoodStill, "nothing was accounted for any more, so no more was thrown");
        verdict.require(http.path("faults").isEmpty(), "requests were answered as they should not be; see http.faults");
    }

    void sound(SoundRuns sound, Verdict verdict) {
        Latencies quiet = sound.quiet();
        Latencies fuzzed = sound.fuzzed();
        int missing = sound.sent() - sound.completed();
        ObjectNode runs = json.putObject("soundRuns").put("sent", sound.sent()).put("completed", sound.completed());
        if (!quiet.sortedMillis().isEmpty() && !fuzzed.sortedMillis().isEmpty()) {
            runs.set("quiet", quiet.figures());
            runs.set("fuzzed", fuzzed.figures());
            runs.set("quietStages", sound.quietStages().figures());
            runs.set("fuzzedStages", sound.fuzzedStages().figures());
            runs.put("p99Ratio", Math.round(100 * fuzzed.quantile(0.99) / quiet.quantile(0.99)) / 100.0);
        }
        verdict.require(missing == 0, missing + " sound runs did not complete");
    }

    void worker(WorkerProcess worker, Pulse pulse, FuzzSettings settings, Verdict verdict) throws IOException {
        boolean isAlive = worker.handle().isAlive();
        verdict.require(isAlive, "the worker is gone");
        verdict.require(pulse.unanswered() == 0, "/health/live was not answered " + pulse.unanswered() + " times");
        json.putObject("live")
                .put("asked", pulse.asked())
                .put("unanswered", pulse.unanswered())
                .put("longestMillis", Math.round(pulse.longestMillis()));
        json.put("restarts", 0);
        if (!isAlive) {
            return;
        }
        verdict.require(pulse.isReady(), "the worker is not ready");
        json.put("health", pulse.health());
        double heap = worker.heapMebibytes();
        json.putObject("memoryAfter")
                .put("heapMebibytes", Math.round(heap))
                .put("residentMebibytes", residentMebibytes(worker));
        verdict.require(
                settings.warmUpRuns() == 0 || heap - heapBefore < FLAT_MEBIBYTES,
                "the heap grew from " + Math.round(heapBefore) + " to " + Math.round(heap) + " MiB");
    }

    void verdict(Verdict verdict) {
        json.set("faults", verdict.faults());
        json.put("sound", verdict.isSound());
    }
}
