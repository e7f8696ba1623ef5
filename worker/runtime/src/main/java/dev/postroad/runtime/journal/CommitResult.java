package dev.postroad.runtime.journal;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of a batch.
 *
 * @param ownedShards the shards of the batch that are still owned; what belongs to others was not written
 * @param admittedRuns the numbers of the fresh runs that were inserted; the ids of the others were taken
 * @param unwritable numbers of runs whose rows Postgres refuses for what is in them
 * @param outdated numbers of runs of which the journal has other rows under the same numbers: what was decided of them came of an
 *     older state, and none of it is written
 * @param pendingCommands commands that came before their run, by the run's id
 */
public record CommitResult(
        Set<Integer> ownedShards,
        Set<Long> admittedRuns,
        Set<Long> unwritable,
        Set<Long> outdated,
        Map<String, List<PendingCommand>> pendingCommands) {}
