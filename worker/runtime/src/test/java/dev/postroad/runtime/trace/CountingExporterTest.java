package dev.postroad.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class CountingExporterTest {
    private static final class Broken implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            throw new IllegalStateException("by the test");
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @Test
    void spansThatBreakTheExporterAreCountedAsLost() {
        CountingExporter exporter = new CountingExporter(new Broken());
        ReadableSpan span = (ReadableSpan) SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(new Broken()))
                .build()
                .get("test")
                .spanBuilder("any")
                .setAttribute("text", "abc")
                .startSpan();
        Collection<SpanData> two = List.of(span.toSpanData(), span.toSpanData());
        assertThat(exporter.export(two).isSuccess()).isFalse();
        assertThat(exporter.failed()).isEqualTo(2);
        assertThat(exporter.sent()).isZero();
        assertThat(exporter.characters()).isEqualTo(6);
    }
}
