package dev.postroad.runtime.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells triggers that wait because many came from triggers that wait because nobody reads them: many are well as long as
 * they become fewer, and few are not if none of them is read. Confined to one thread.
 */
final class LagJudge {
    /** More than these are too many, unless they become fewer. */
    static final long MANY = 10_000;

    /** How long many may take to become fewer. */
    static final Duration LONGEST_WITHOUT_FEWER = Duration.ofSeconds(10);

    /** How long a shard may have triggers of which none is read. */
    static final Duration LONGEST_STANDSTILL = Duration.ofSeconds(30);

    private final Map<Integer, Since> standstills = new HashMap<>();
    private @Nullable Since many;
    private boolean isStuck;

    /**
     * What of a shard's triggers is not read.
     *
     * @param from the offset of the first
     */
    record Unread(long from, long count) {}

    private record Since(long value, Instant at) {}

    /** Judges what is unread now, by shard; shards of which all is read may be left out. */
    PartHealth judge(Map<Integer, Unread> unread, Instant now) {
        long total = unread.values().stream().mapToLong(Unread::count).sum();
        noteTotal(total, now);
        standstills.keySet().removeIf(shard -> !unread.containsKey(shard));
        unread.forEach((shard, rest) -> noteProgress(shard, rest, now));
        List<Integer> still = standstills.entrySet().stream()
                .filter(since -> !now.isBefore(since.getValue().at().plus(LONGEST_STANDSTILL)))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!still.isEmpty()) {
            return new PartHealth.Degraded(total + " triggers wait in Kafka, and of the shards " + still
                    + " none was read for " + LONGEST_STANDSTILL + " or longer");
        }
        return isStuck
                ? new PartHealth.Degraded(total + " triggers wait in Kafka, and they do not become fewer")
                : new PartHealth.Ok();
    }

    /** Compares with what there was a while ago, and not with the last look: many come and go in between. */
    private void noteTotal(long total, Instant now) {
        Since before = many;
        if (total <= MANY) {
            many = null;
            isStuck = false;
        } else if (before == null) {
            many = new Since(total, now);
        } else if (!now.isBefore(before.at().plus(LONGEST_WITHOUT_FEWER))) {
            many = new Since(total, now);
            isStuck = total >= before.value();
        }
    }

    private void noteProgress(int shard, Unread unread, Instant now) {
        Since before = standstills.get(shard);
        if (unread.count() == 0) {
            standstills.remove(shard);
        } else if (before == null || before.value() != unread.from()) {
            standstills.put(shard, new Since(unread.from(), now));
        }
    }
}
