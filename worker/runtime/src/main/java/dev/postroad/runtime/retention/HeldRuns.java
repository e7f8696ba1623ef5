package dev.postroad.runtime.retention;

import dev.postroad.runtime.run.lane.Lanes;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Ended runs that no lane takes up while they are deleted. Thread-safe. */
final class HeldRuns implements AutoCloseable {
    private static final long LONGEST_WAIT_SECONDS = 10;

    private final Lanes lanes;
    private final Map<Integer, List<String>> byShard;
    private final Map<Integer, List<String>> held = new TreeMap<>();

    private HeldRuns(Lanes lanes, Collection<EndedRun> runs) {
        this.lanes = lanes;
        this.byShard = runs.stream()
                .collect(Collectors.groupingBy(
                        EndedRun::shard, TreeMap::new, Collectors.mapping(EndedRun::runId, Collectors.toList())));
    }

    /** Has them held, as far as nobody has them in hand. */
    static HeldRuns of(Lanes lanes, Collection<EndedRun> runs) throws InterruptedException {
        HeldRuns holding = new HeldRuns(lanes, runs);
        Map<Integer, CompletableFuture<List<String>>> answers = new TreeMap<>();
        holding.byShard.forEach((shard, runIds) -> answers.put(shard, lanes.hold(shard, runIds)));
        try {
            for (Map.Entry<Integer, CompletableFuture<List<String>>> answer : answers.entrySet()) {
                holding.held.put(answer.getKey(), answer.getValue().get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS));
            }
        } catch (TimeoutException | ExecutionException | InterruptedException unheld) {
            // The answer comes to nobody: what is held then is let be as soon as it is.
            answers.forEach((shard, answer) -> {
                if (!holding.held.containsKey(shard)) {
                    var _ = answer.thenAccept(runIds -> lanes.letBe(shard, runIds));
                }
            });
            holding.close();
            holding.held.clear();
            if (unheld instanceof InterruptedException stopping) {
                throw stopping;
            }
        }
        return holding;
    }

    /** Those that are. */
    List<ArchivedRun> among(List<ArchivedRun> runs) {
        Set<String> ids = new HashSet<>();
        held.values().forEach(ids::addAll);
        return runs.stream()
                .filter(archived -> ids.contains(archived.run().runId()))
                .toList();
    }

    @Override
    public void close() {
        held.forEach(lanes::letBe);
    }
}
