package dev.postroad.runtime.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.NullMarked;

/** Takes spans over OTLP by HTTP, and decodes them by OpenTelemetry's own definitions. Thread-safe. */
@NullMarked
public final class TraceReceiver implements AutoCloseable {
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<ResourceSpans> batches = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile boolean away;

    private TraceReceiver(HttpServer server) {
        this.server = server;
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    /** Listens on a port of its own. */
    public static TraceReceiver open() {
        try {
            return new TraceReceiver(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Settings of a worker that sends its spans here, at once. */
    public Map<String, String> settings() {
        return Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "OTEL_BSP_SCHEDULE_DELAY",
                "50",
                "OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED",
                "true");
    }

    /** Takes nothing, or takes it again. */
    public void beAway(boolean isAway) {
        away = isAway;
    }

    /** What came so far. */
    public List<Span> spans() {
        return List.copyOf(spans);
    }

    /** What came so far of a run. */
    public List<Span> spans(String runId) {
        return spans.stream()
                .filter(span -> attribute(span, "postroad.run.id").equals(runId))
                .toList();
    }

    /** The spans of a run whose name begins with a word, waited for until there are so many. */
    public List<Span> await(String runId, String name, int count) {
        Site.await(
                count + " spans " + name + " of run " + runId,
                () -> named(runId, name).size() >= count);
        return named(runId, name);
    }

    private List<Span> named(String runId, String name) {
        return spans(runId).stream()
                .filter(span -> span.getName().startsWith(name))
                .toList();
    }

    /** An attribute of whoever sent the spans; empty where there is none. */
    public String resource(String name) {
        return text(batches.getLast().getResource().getAttributesList(), name);
    }

    /** The workers that sent spans of a run. */
    public Set<String> workers(String runId) {
        return batches.stream()
                .filter(batch -> batch.getScopeSpansList().stream()
                        .flatMap(scope -> scope.getSpansList().stream())
                        .anyMatch(span -> attribute(span, "postroad.run.id").equals(runId)))
                .map(batch -> text(batch.getResource().getAttributesList(), "service.instance.id"))
                .collect(Collectors.toSet());
    }

    /** An attribute as text; empty where there is none. */
    public static String attribute(Span span, String name) {
        return text(span.getAttributesList(), name);
    }

    private static String text(List<KeyValue> attributes, String name) {
        return attributes.stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(attribute -> attribute.getValue().hasIntValue()
                        ? Long.toString(attribute.getValue().getIntValue())
                        : attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    /** The id of a span, as headers have it. */
    public static String id(Span span) {
        return HexFormat.of().formatHex(span.getSpanId().toByteArray());
    }

    /** The id of the span that it is a part of; empty for none. */
    public static String parent(Span span) {
        return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
    }

    /** The id of its trace, as headers have it. */
    public static String trace(Span span) {
        return HexFormat.of().formatHex(span.getTraceId().toByteArray());
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            InputStream body = exchange.getRequestBody();
            boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            byte[] sent = (packed ? new GZIPInputStream(body) : body).readAllBytes();
            if (away) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            for (ResourceSpans batch : ExportTraceServiceRequest.parseFrom(sent).getResourceSpansList()) {
                batches.add(batch);
                batch.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
            }
            byte[] taken = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, taken.length == 0 ? -1 : taken.length);
            exchange.getResponseBody().write(taken);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
