package dev.postroad.runtime.publish;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.OutputChunk;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt shows. Chunks are sent in the order in which they are numbered; one that finds too much of the same
 * attempt on its way to Kafka is dropped, so that an agent that shows more than Kafka takes costs the others nothing.
 * The numbers count what was emitted: a gap tells of chunks that were dropped. Thread-safe.
 */
public final class AttemptOutput implements OutputSink {
    /** The most chunks of one attempt that wait for Kafka. */
    static final int MOST_ON_THE_WAY = 1_000;

    /** The most bytes of one attempt that wait for Kafka, beside one chunk. */
    static final int MOST_BYTES_ON_THE_WAY = 1 << 20;

    private final OutputPublisher publisher;
    private final Attempt attempt;
    private final InstantSource clock;
    private final AtomicInteger onTheWay = new AtomicInteger();
    private final AtomicLong bytesOnTheWay = new AtomicLong();
    private final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
    private int emitted;
    private volatile boolean closed;

    record Attempt(String runId, String graph, String node, String task, int number) {}

    AttemptOutput(OutputPublisher publisher, Attempt attempt, InstantSource clock) {
        this.publisher = publisher;
        this.attempt = attempt;
        this.clock = clock;
    }

    /** One at a time, so that the order on the topic is that of the numbers; nothing here waits for Kafka. */
    @Override
    public synchronized void emit(@Nullable String chunk) {
        if (closed) {
            return;
        }
        int index = emitted++;
        if (chunk == null || onTheWay.get() >= MOST_ON_THE_WAY || bytesOnTheWay.get() >= MOST_BYTES_ON_THE_WAY) {
            publisher.drop();
            return;
        }
        byte[] value = Json.bytes(record(index, chunk));
        onTheWay.incrementAndGet();
        bytesOnTheWay.addAndGet(value.length);
        publisher.send(attempt.runId(), value, () -> arrived(value.length));
    }

    private ObjectNode record(int index, String chunk) {
        return new OutputChunk(
                        attempt.runId(),
                        attempt.graph(),
                        attempt.node(),
                        attempt.task(),
                        attempt.number(),
                        index,
                        chunk,
                        clock.instant())
                .toJson();
    }

    private void arrived(int bytes) {
        bytesOnTheWay.addAndGet(-bytes);
        if (onTheWay.decrementAndGet() == 0 && closed) {
            settled.complete(null);
        }
    }

    /** Takes nothing more: what is emitted from now on is neither sent nor counted. */
    public synchronized void close() {
        closed = true;
        // Whoever comes last of this and the last arrival sees what the other did.
        if (onTheWay.get() == 0) {
            settled.complete(null);
        }
    }

    /** Whether nothing is on its way any more, nor will be. */
    public boolean isSettled() {
        return settled.isDone();
    }

    /** Waits until everything is stored or dropped, or some time is over; an interrupt does not shorten it. */
    public void awaitSettled(Duration most) {
        if (!settled.isDone()) {
            var limited = settled.copy().completeOnTimeout(null, most.toMillis(), TimeUnit.MILLISECONDS);
            limited.join();
        }
    }
}
