package dev.postroad.runtime.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The parts of a batch in which something is to blame, so that it is found: each run is in one of them, with all its
 * entries. Few parts find it with few statements; more parts, with few that take as long as a statement may.
 */
record BatchParts(List<List<JournalEntry>> all) {
    private static final int MOST = 8;

    /** Whether a batch is of one run alone. */
    static boolean isOfOneRun(List<JournalEntry> entries) {
        long first = entries.getFirst().key().number();
        return entries.stream().allMatch(entry -> entry.key().number() == first);
    }

    static BatchParts of(List<JournalEntry> entries) {
        Set<Long> runs = new LinkedHashSet<>();
        entries.forEach(entry -> runs.add(entry.key().number()));
        Map<Long, Integer> parts = new HashMap<>();
        runs.forEach(run -> parts.put(run, (int) ((long) parts.size() * MOST / runs.size())));
        List<List<JournalEntry>> all = Stream.generate(() -> (List<JournalEntry>) new ArrayList<JournalEntry>())
                .limit(MOST)
                .toList();
        entries.forEach(
                entry -> all.get(parts.getOrDefault(entry.key().number(), 0)).add(entry));
        return new BatchParts(all.stream().filter(part -> !part.isEmpty()).toList());
    }

    static Set<Integer> shards(List<JournalEntry> entries) {
        Set<Integer> shards = new HashSet<>();
        entries.forEach(entry -> shards.add(entry.key().shard()));
        return shards;
    }

    /** What became of the batch, by what became of its parts, in their order. */
    CommitResult join(List<CommitResult> results) {
        Set<Integer> owned = new HashSet<>();
        Set<Integer> lost = new HashSet<>();
        Set<Long> admitted = new HashSet<>();
        Set<Long> unwritable = new HashSet<>();
        Set<Long> outdated = new HashSet<>();
        Map<String, List<PendingCommand>> pending = new HashMap<>();
        for (int i = 0; i < results.size(); i++) {
            CommitResult result = results.get(i);
            owned.addAll(result.ownedShards());
            Set<Integer> lostNow = shards(all.get(i));
            lostNow.removeAll(result.ownedShards());
            lost.addAll(lostNow);
            admitted.addAll(result.admittedRuns());
            unwritable.addAll(result.unwritable());
            outdated.addAll(result.outdated());
            pending.putAll(result.pendingCommands());
        }
        // A shard may be lost between two parts, and then what was written of it is for the new owner to see to.
        owned.removeAll(lost);
        return new CommitResult(owned, admitted, unwritable, outdated, pending);
    }
}
