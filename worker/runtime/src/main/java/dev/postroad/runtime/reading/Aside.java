package dev.postroad.runtime.reading;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of a partition that cannot be judged yet, in order, so that those behind them need not wait; those with the
 * same key keep their order. Bounded. Confined to the reader's thread.
 */
final class Aside {
    private static final int MOST = 1_000;

    private final Deque<Incoming> records = new ArrayDeque<>();
    private final Map<ByteBuffer, Integer> keys = new HashMap<>();

    boolean isEmpty() {
        return records.isEmpty();
    }

    boolean isFull() {
        return records.size() >= MOST;
    }

    @Nullable
    Incoming first() {
        return records.peekFirst();
    }

    /** Whether a record with that key is here, so that this one is behind it. */
    boolean holdsKeyOf(ConsumerRecord<byte[], byte[]> record) {
        return !keys.isEmpty() && record.key() != null && keys.containsKey(ByteBuffer.wrap(record.key()));
    }

    void add(Incoming incoming) {
        records.add(incoming);
        byte[] key = incoming.record().key();
        if (key != null) {
            keys.merge(ByteBuffer.wrap(key), 1, Integer::sum);
        }
    }

    void removeFirst() {
        byte[] key = records.removeFirst().record().key();
        if (key != null) {
            keys.computeIfPresent(ByteBuffer.wrap(key), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    void clear() {
        records.clear();
        keys.clear();
    }
}
