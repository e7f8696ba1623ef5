package dev.postroad.runtime.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what a receiver takes and what it does not, and says once that it takes nothing. Thread-safe. */
final class CountingExporter implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(CountingExporter.class);

    private final SpanExporter exporter;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder characters = new LongAdder();
    private final AtomicBoolean failing = new AtomicBoolean();

    CountingExporter(SpanExporter exporter) {
        this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        int count = spans.size();
        long length = 0;
        for (SpanData span : spans) {
            length += characters(span.getAttributes());
        }
        long told = length;
        CompletableResultCode result = exported(spans);
        return result.whenComplete(() -> {
            characters.add(told);
            if (result.isSuccess()) {
                sent.add(count);
                if (failing.compareAndSet(true, false)) {
                    LOG.info("the receiver of traces takes spans again; {} were lost so far", failed.sum());
                }
            } else {
                failed.add(count);
                if (failing.compareAndSet(false, true)) {
                    LOG.warn(
                            "the receiver of traces takes no spans, and those that it does not take are lost; is"
                                    + " OTEL_EXPORTER_OTLP_ENDPOINT right? ({})",
                            reason(result.getFailureThrowable()));
                }
            }
        });
    }

    /** What it throws is told like any failure: spans that nobody counts would be taken as on their way for ever. */
    private CompletableResultCode exported(Collection<SpanData> spans) {
        try {
            return exporter.export(spans);
        } catch (RuntimeException defect) {
            return CompletableResultCode.ofExceptionalFailure(new IllegalStateException(defect));
        }
    }

    private static String reason(@Nullable Throwable failed) {
        Throwable cause = failed == null ? null : failed.getCause();
        return cause == null ? "it refused them" : cause.toString();
    }

    /** About how long the texts of a span's attributes are together. */
    static long characters(Attributes attributes) {
        LongAdder sum = new LongAdder();
        attributes.forEach((key, value) -> {
            if (value instanceof String text) {
                sum.add(text.length());
            }
        });
        return sum.sum();
    }

    /** How many characters of attributes it had that are no longer on their way. */
    long characters() {
        return characters.sum();
    }

    long sent() {
        return sent.sum();
    }

    long failed() {
        return failed.sum();
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
