package dev.postroad.runtime.schedule;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Utils;

/** Which schedules are looked after here: those whose name falls to a shard that is owned. Confined to one thread. */
final class ScheduleShards {
    private final Supplier<Map<Integer, Long>> epochs;
    private int shards;

    /** @param epochs of the shards that are owned here */
    ScheduleShards(Supplier<Map<Integer, Long>> epochs) {
        this.epochs = epochs;
    }

    /** There are so many shards now. */
    void count(int count) {
        shards = count;
    }

    /** Those that are owned here now. */
    Set<Integer> owned() {
        return Set.copyOf(epochs.get().keySet());
    }

    /** The shard of a schedule and of its runs; where two workers differ over how many there are, Postgres lets one decide. */
    int of(String schedule) {
        byte[] name = schedule.getBytes(StandardCharsets.UTF_8);
        return shards == 0 ? 0 : Utils.toPositive(Utils.murmur2(name)) % shards;
    }

    boolean isHere(String schedule) {
        return shards > 0 && epochs.get().containsKey(of(schedule));
    }
}
