package dev.postroad.runtime.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The page of metrics, written on a platform thread, one at a time. What writes it goes through Java's buffered writer, and
 * the buffer of one that is made on a virtual thread grows by a character at a time: that copied 12 MB for each page, and
 * took the better part of its time. Thread-safe.
 */
final class MetricsText {
    private final PrometheusMeterRegistry metrics;
    private final ReentrantLock writing = new ReentrantLock();

    MetricsText(PrometheusMeterRegistry metrics) {
        this.metrics = metrics;
    }

    String of(String contentType) {
        FutureTask<String> page = new FutureTask<>(() -> metrics.scrape(contentType));
        writing.lock();
        try {
            Thread.ofPlatform().name("postroad-metrics").daemon().start(page);
            return page.get();
        } catch (InterruptedException interrupted) {
            page.cancel(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while metrics are written", interrupted);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("the metrics cannot be written", failed.getCause());
        } finally {
            writing.unlock();
        }
    }
}
