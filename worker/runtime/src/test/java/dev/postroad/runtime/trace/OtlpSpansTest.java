package dev.postroad.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.testing.Site;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okhttp3.Protocol;
import okio.Buffer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class OtlpSpansTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String NOBODY = "http://127.0.0.1:9";

    private static SpanDraft draft(int seq) {
        return new SpanDraft(
                "task work",
                false,
                TRACE,
                SpanIds.task(7, "work@1", seq),
                "00f067aa0ba902b7",
                "00f067aa0ba902b8",
                NOW,
                NOW.plusSeconds(1),
                Map.of("postroad.run.id", "order-1", "postroad.superstep", 3L, "words", List.of("a", "b")),
                "busy");
    }

    private static OtlpSpans open(String endpoint, String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                endpoint,
                "OTEL_BSP_SCHEDULE_DELAY",
                "20",
                "OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED",
                "true"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return OtlpSpans.open(settings, false, "me");
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_EXPORTER_OTLP_HEADERS, Bearer canary",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, http://me:canary@[nowhere",
        "OTEL_EXPORTER_OTLP_CLIENT_KEY, /canary/of/a/file"
    })
    void saysWhatIsWrongAndShowsNoSecret(String setting, String value) {
        assertThatThrownBy(() -> open(NOBODY, setting, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("traces cannot be sent: ")
                .hasNoCause()
                .hasMessageNotContaining("canary");
    }

    @Test
    void holdsNoMoreContentThanItMay() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            OtlpSpans spans = open("http://127.0.0.1:" + silent.getLocalPort(), "OTEL_EXPORTER_OTLP_TIMEOUT", "200");
            String much = "x".repeat(1 << 20);
            for (int i = 1; i <= 40; i++) {
                spans.write(new SpanDraft(
                        "task work",
                        false,
                        TRACE,
                        SpanIds.task(7, "work@1", i),
                        null,
                        null,
                        NOW,
                        NOW,
                        Map.of("postroad.output", much),
                        null));
            }
            assertThat(spans.dropped()).isBetween(20L, 24L);
            Site.await("they are given up", () -> spans.dropped() == 40);
            long before = spans.dropped();
            spans.write(draft(41));
            assertThat(spans.dropped()).as("there is room again").isEqualTo(before);
            spans.close();
        }
    }

    @Test
    void sendsOverGrpcWhereThatIsAskedFor() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
            server.enqueue(new MockResponse.Builder()
                    .addHeader("content-type", "application/grpc")
                    .body(new Buffer().write(new byte[5]))
                    .trailers(Headers.of("grpc-status", "0"))
                    .build());
            server.start();
            OtlpSpans spans = open(
                    "http://127.0.0.1:" + server.getPort(),
                    "OTEL_EXPORTER_OTLP_PROTOCOL",
                    "grpc",
                    "OTEL_EXPORTER_OTLP_HEADERS",
                    "x-key=secret");
            spans.write(draft(1));
            spans.close();

            RecordedRequest request = Objects.requireNonNull(server.takeRequest(30, TimeUnit.SECONDS));
            assertThat(request.getTarget()).isEqualTo("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
            assertThat(request.getHeaders().get("x-key")).isEqualTo("secret");
            Span span = message(request).getResourceSpans(0).getScopeSpans(0).getSpans(0);
            assertThat(span.getName()).isEqualTo("task work");
            assertThat(span.getSpanId().toByteArray()).isEqualTo(HexFormat.of().parseHex(SpanIds.task(7, "work@1", 1)));
            assertThat(spans.sent()).isEqualTo(1);
        }
    }

    private static ExportTraceServiceRequest message(RecordedRequest request) throws IOException {
        byte[] framed = Objects.requireNonNull(request.getBody()).toByteArray();
        InputStream body = new ByteArrayInputStream(framed, 5, framed.length - 5);
        return ExportTraceServiceRequest.parseFrom(framed[0] == 1 ? new GZIPInputStream(body) : body);
    }

    @Test
    void countsEachSpanThatNobodyTakes() {
        OtlpSpans spans = open(NOBODY);
        for (int seq = 1; seq <= 3_000; seq++) {
            spans.write(draft(seq));
        }
        Site.await("all are counted", () -> spans.dropped() == 3_000);
        assertThat(spans.sent()).isZero();
        spans.close();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, none, true",
                "none, 01, true",
                "none, 00, false",
                "parentbased_always_off, none, false",
                "parentbased_always_off, 01, true",
                "always_on, 00, true",
                "always_off, 01, false"
            })
    void samplesAsItIsToldAndAsTheTriggerSays(@Nullable String sampler, @Nullable String flags, boolean kept) {
        OtlpSpans spans = sampler == null ? open(NOBODY) : open(NOBODY, "OTEL_TRACES_SAMPLER", sampler);
        String given = flags == null ? null : "00-" + TRACE + "-00f067aa0ba902b7-" + flags;
        assertThat(spans.samples(TracedRun.of(7, "order-1", given), given)).isEqualTo(kept);
        spans.close();
    }

    @Test
    void samplesSoManyInAHundredOfThoseThatNobodySent() {
        OtlpSpans spans =
                open(NOBODY, "OTEL_TRACES_SAMPLER", "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG", "0.01");
        int kept = 0;
        for (int number = 1; number <= 10_000; number++) {
            kept += spans.samples(TracedRun.of(number, "run-" + number, null), null) ? 1 : 0;
        }
        assertThat(kept).isBetween(60, 140);
        spans.close();
    }

    @Test
    void saysWhichOfOpenTelemetrysSettingsIsWrong() {
        assertThatThrownBy(() -> open(NOBODY, "OTEL_TRACES_SAMPLER", "sometimes"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("traces cannot be sent: ")
                .hasMessageContaining("sometimes");
        assertThatThrownBy(() -> open(NOBODY, "OTEL_BSP_SCHEDULE_DELAY", "soon"))
                .hasMessageContaining("otel.bsp.schedule.delay");
    }
}
