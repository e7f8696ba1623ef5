package dev.postroad.runtime.output;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.OutputChunk;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader's place on the output topic, and what was found for it. Filled by the thread of the {@link OutputTail} while
 * there is room, and emptied by the reader's own, so that a slow reader holds little. Thread-safe.
 */
public final class OutputCursor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputCursor.class);
    private static final int MOST_CHUNKS = 500;
    private static final int MOST_BYTES = 256 << 10;
    private static final long NOWHERE = -1;

    private final OutputTail tail;
    private final String runId;
    private final OutputStart start;
    private final Runnable changed;
    private final Queue<Found> found = new ArrayDeque<>();
    private int bytes;
    private long position = NOWHERE;
    private int partition = -1;
    private @Nullable OutputMark mark;
    private long target = Long.MAX_VALUE;

    /**
     * A chunk.
     *
     * @param offset where it stands
     * @param bytes how much it holds, about
     */
    public record Found(OutputChunk chunk, long offset, int bytes) {}

    OutputCursor(OutputTail tail, String runId, OutputStart start, Runnable changed) {
        this.tail = tail;
        this.runId = runId;
        this.start = start;
        this.changed = changed;
    }

    /** The next chunk of the run; null where none was found yet. */
    public synchronized @Nullable Found poll() {
        Found next = found.poll();
        bytes -= next == null ? 0 : next.bytes();
        return next;
    }

    /** Asks for the output up to a mark, in place of any before. */
    public void mark(OutputMark wanted) {
        synchronized (this) {
            mark = wanted;
            target = Long.MAX_VALUE;
        }
        tail.wake();
    }

    /** Whether everything up to the mark was found, or cannot be as Kafka is away. */
    public boolean isReached() {
        if (tail.isAway()) {
            return true;
        }
        synchronized (this) {
            return mark == null && position >= target;
        }
    }

    /** How far it was read; grows while it is. */
    public synchronized long position() {
        return position;
    }

    String runId() {
        return runId;
    }

    OutputStart start() {
        return start;
    }

    /** Says where the run's chunks are; where that has changed, nothing of the run was there before. */
    synchronized void isOn(int itsPartition) {
        if (partition >= 0 && partition != itsPartition) {
            position = 0;
        }
        partition = itsPartition;
    }

    synchronized boolean isPlaced() {
        return position != NOWHERE;
    }

    synchronized void place(long offset) {
        position = offset;
    }

    synchronized @Nullable OutputMark mark() {
        return mark;
    }

    /** Sets what a mark means, unless another one was set meanwhile. */
    void resolve(OutputMark meant, long from, long until) {
        synchronized (this) {
            if (meant.equals(mark)) {
                mark = null;
                position = Math.max(position, from);
                target = until;
            }
        }
        changed.run();
    }

    synchronized boolean wantsBefore(long end) {
        return hasRoom() && position < end;
    }

    private boolean hasRoom() {
        return found.size() < MOST_CHUNKS && bytes < MOST_BYTES;
    }

    /** Takes what a stretch of the partition has of the run, if it goes on where this is, and as much as has room. */
    void take(long from, long to, List<ConsumerRecord<byte[], byte[]>> ofRun) {
        boolean news;
        synchronized (this) {
            if (position < from || position >= to) {
                return;
            }
            long before = position;
            int had = found.size();
            position = to;
            for (ConsumerRecord<byte[], byte[]> record : ofRun) {
                if (record.offset() >= before && !hasRoom()) {
                    position = record.offset();
                    break;
                }
                if (record.offset() >= before) {
                    add(record);
                }
            }
            news = found.size() > had || (before < target && position >= target);
        }
        if (news) {
            changed.run();
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        try {
            found.add(new Found(OutputChunk.read(record.value()), record.offset(), record.value().length));
            bytes += record.value().length;
        } catch (FaultsException | RuntimeException | StackOverflowError foreign) {
            LOG.debug("no chunk at offset {} of {}", record.offset(), record.topic(), foreign);
        }
    }

    @Override
    public void close() {
        tail.forget(this);
    }
}
