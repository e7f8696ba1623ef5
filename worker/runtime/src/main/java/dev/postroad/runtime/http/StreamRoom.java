package dev.postroad.runtime.http;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The streams of one kind that are open, as many as there may be. Each is served by the thread of its request, so that a
 * reader that is slow holds up nobody else. Thread-safe.
 */
final class StreamRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamRoom.class);

    private final String what;
    private final int most;
    private final Semaphore free;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Sends to one reader, until it is gone or the room closes. */
    interface Stream {
        void send() throws IOException, InterruptedException;
    }

    /** @param what the streams are of, in messages */
    StreamRoom(String what, int most) {
        this.what = what;
        this.most = most;
        this.free = new Semaphore(most);
    }

    /** How many are open. */
    int open() {
        return most - free.availablePermits();
    }

    /**
     * Serves one reader. A stream that breaks ends, and nothing more: its reader connects again and says where it was.
     *
     * @throws Refusal where there are too many, or the room closes
     */
    void serve(String runId, Stream stream) {
        if (isClosing() || !free.tryAcquire()) {
            throw Refusal.of(
                    ErrorCode.UNAVAILABLE,
                    "this worker has " + most + " streams of " + what + " open, or stops; ask another one");
        }
        try {
            stream.send();
        } catch (IOException gone) {
            LOG.debug("a reader of the {} of run {} is gone", what, runId, gone);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.atLevel(isClosing() ? Level.DEBUG : Level.WARN)
                    .setCause(failed)
                    .log("a stream of the {} of run {} ends early", what, runId);
        } finally {
            free.release();
        }
    }

    boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Waits a while; says whether the room closes. */
    boolean awaitClosing(long millis) throws InterruptedException {
        return closing.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
