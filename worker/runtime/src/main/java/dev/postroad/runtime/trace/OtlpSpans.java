package dev.postroad.runtime.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Hands spans to OpenTelemetry's SDK, which sends them over OTLP in batches. Everything that its variables set is set as
 * its own documentation says; what it holds at a time is bounded here, so that what is dropped is counted.
 */
final class OtlpSpans implements SpanSink {
    private static final String SCOPE = "dev.postroad";
    private static final String RESOURCE = "otel.resource.attributes";
    private static final String INSTANCE = "service.instance.id=";
    private static final String NAMELESS = "io.opentelemetry.sdk.autoconfigure.ServiceInstanceIdResourceProvider";
    private static final String QUEUE = "otel.bsp.max.queue.size";
    private static final int MOST_WAITING = 2_048;

    /** So many characters of attributes wait to be sent, and one span more. */
    private static final long MOST_CHARACTERS = 16L << 20;

    /** What settings hold that nobody is to be shown. */
    private static final List<String> SECRET = List.of("HEADERS", "ENDPOINT", "KEY", "CERTIFICATE");

    private static final long CLOSING_SECONDS = 5;

    private final LongAdder written = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder characters = new LongAdder();
    private final GivenIds ids = new GivenIds();
    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;
    private final Sampler sampler;
    private final CountingExporter exporter;
    private final int mostWaiting;

    private OtlpSpans(Map<String, String> settings, boolean content, String worker) {
        Parts parts = new Parts();
        AutoConfiguredOpenTelemetrySdk configured = AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesSupplier(() -> defaults(content))
                .addPropertiesCustomizer(config -> named(given(settings), worker))
                .addTracerProviderCustomizer((builder, config) -> builder.setIdGenerator(ids))
                .addSamplerCustomizer(parts::sampler)
                .addSpanExporterCustomizer(parts::exporter)
                .build();
        sdk = configured.getOpenTelemetrySdk();
        tracer = sdk.getTracerProvider().get(SCOPE);
        sampler = Objects.requireNonNull(parts.sampler);
        exporter = Objects.requireNonNull(parts.exporter);
        mostWaiting = parts.mostWaiting;
    }

    /** What the SDK made of the settings, on the way to what is used. */
    private static final class Parts {
        private @Nullable Sampler sampler;
        private @Nullable CountingExporter exporter;
        private int mostWaiting = MOST_WAITING;

        /** Decides for whole runs, before there is a span; each span that comes is one of a run that is kept. */
        Sampler sampler(Sampler asked, ConfigProperties config) {
            sampler = asked;
            mostWaiting = config.getInt(QUEUE, MOST_WAITING);
            return Sampler.alwaysOn();
        }

        CountingExporter exporter(SpanExporter asked, ConfigProperties config) {
            CountingExporter counting = new CountingExporter(asked);
            exporter = counting;
            return counting;
        }
    }

    static OtlpSpans open(Map<String, String> settings, boolean content, String worker) {
        try {
            return new OtlpSpans(settings, content, worker);
        } catch (ConfigurationException | IllegalArgumentException wrong) {
            // Its cause has the whole text, which may be logged.
            throw new IllegalArgumentException("traces cannot be sent: " + shown(wrong, settings));
        }
    }

    private static String shown(RuntimeException wrong, Map<String, String> settings) {
        String text = String.valueOf(wrong.getMessage());
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            if (!setting.getValue().isBlank() && SECRET.stream().anyMatch(setting.getKey()::contains)) {
                text = text.replace(setting.getValue(), "…")
                        .replace(setting.getValue().strip(), "…");
            }
        }
        return text;
    }

    private static Map<String, String> defaults(boolean content) {
        Map<String, String> defaults = new HashMap<>();
        defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
        defaults.put("otel.exporter.otlp.compression", "gzip");
        if (content) {
            // A receiver takes four megabytes at a time, unless it is told otherwise.
            defaults.put("otel.bsp.max.export.batch.size", "64");
        }
        return defaults;
    }

    private static Map<String, String> given(Map<String, String> settings) {
        Map<String, String> given = new HashMap<>();
        settings.forEach(
                (name, value) -> given.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
        given.put("otel.metrics.exporter", "none");
        given.put("otel.logs.exporter", "none");
        given.put("otel.traces.exporter", "otlp");
        return given;
    }

    /** Names the process where nobody did; the SDK's own words for that, one of them another at each start, are no names. */
    private static Map<String, String> named(Map<String, String> given, String worker) {
        String attributes = given.getOrDefault(RESOURCE, "").strip();
        if (given.getOrDefault("otel.service.name", "").isBlank() && !attributes.contains("service.name=")) {
            given.put("otel.service.name", "postroad");
        }
        if (!attributes.contains(INSTANCE)) {
            String named =
                    INSTANCE + URLEncoder.encode(worker, StandardCharsets.UTF_8).replace("+", "%20");
            given.put(RESOURCE, attributes.isEmpty() ? named : attributes + "," + named);
        }
        given.merge("otel.java.disabled.resource.providers", NAMELESS, (others, ours) -> others + "," + ours);
        return given;
    }

    @Override
    public boolean samples(TracedRun run, @Nullable String traceParent) {
        String sender = run.parentId();
        Context parent = traceParent == null || sender == null
                ? Context.root()
                : within(run.traceId(), sender, TraceFlags.fromHex(traceParent, traceParent.length() - 2));
        return sampler.shouldSample(parent, run.traceId(), "run", SpanKind.INTERNAL, Attributes.empty(), List.of())
                        .getDecision()
                == SamplingDecision.RECORD_AND_SAMPLE;
    }

    private static Context within(String traceId, String spanId, TraceFlags flags) {
        return Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(traceId, spanId, flags, TraceState.getDefault())));
    }

    @Override
    public void write(SpanDraft span) {
        if (written.sum() - exporter.sent() - exporter.failed() >= mostWaiting
                || characters.sum() - exporter.characters() >= MOST_CHARACTERS) {
            refused.increment();
            return;
        }
        written.increment();
        ids.next(span);
        SpanBuilder builder = tracer.spanBuilder(span.name())
                .setSpanKind(span.remote() ? SpanKind.CLIENT : SpanKind.INTERNAL)
                .setParent(
                        span.parentId() == null
                                ? Context.root()
                                : within(span.traceId(), span.parentId(), TraceFlags.getSampled()))
                .setStartTimestamp(span.begunAt())
                .setAllAttributes(attributes(span));
        if (span.linkId() != null) {
            builder.addLink(SpanContext.createFromRemoteParent(
                    span.traceId(), span.linkId(), TraceFlags.getSampled(), TraceState.getDefault()));
        }
        Span open = builder.startSpan();
        if (span.errorType() != null) {
            open.setStatus(StatusCode.ERROR);
        }
        open.end(span.endedAt());
        // One that came after the end is none, and waits for nobody.
        if (open instanceof ReadableSpan made) {
            characters.add(CountingExporter.characters(made.getAttributes()));
        }
    }

    private static Attributes attributes(SpanDraft span) {
        AttributesBuilder attributes = Attributes.builder();
        span.attributes().forEach((name, value) -> put(attributes, name, value));
        if (span.errorType() != null) {
            attributes.put("error.type", span.errorType());
        }
        return attributes.build();
    }

    private static void put(AttributesBuilder attributes, String name, Object value) {
        switch (value) {
            case Long number -> attributes.put(name, number);
            case List<?> texts ->
                attributes.put(
                        AttributeKey.stringArrayKey(name),
                        texts.stream().map(Object::toString).toList());
            default -> attributes.put(name, value.toString());
        }
    }

    @Override
    public long sent() {
        return exporter.sent();
    }

    @Override
    public long dropped() {
        return refused.sum() + exporter.failed();
    }

    @Override
    public void close() {
        sdk.shutdown().join(CLOSING_SECONDS, TimeUnit.SECONDS);
    }

    /** Gives a span the ids that it was drafted with. Confined to the thread that makes spans. */
    private static final class GivenIds implements IdGenerator {
        private String traceId = "";
        private String spanId = "";

        void next(SpanDraft span) {
            traceId = span.traceId();
            spanId = span.spanId();
        }

        @Override
        public String generateSpanId() {
            return spanId;
        }

        @Override
        public String generateTraceId() {
            return traceId;
        }
    }
}
