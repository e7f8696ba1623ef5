package dev.postroad.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Arrays;
import java.util.Collection;
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
        Collection<SpanData> two = Arrays.asList(new SpanData[2]);
        assertThat(exporter.export(two).isSuccess()).isFalse();
        assertThat(exporter.failed()).isEqualTo(2);
        assertThat(exporter.sent()).isZero();
    }
}
