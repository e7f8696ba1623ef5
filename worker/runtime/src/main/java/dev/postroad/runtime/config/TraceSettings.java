package dev.postroad.runtime.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where spans go, and what they show.
 *
 * @param openTelemetry OpenTelemetry's own variables, which its SDK reads; empty where nothing is traced
 * @param content whether spans show what is handed to agents, and what they answer
 * @param link where people look at a trace, with {@value #TRACE_ID} and perhaps <code>&#123;spanId&#125;</code> in it; null for nowhere
 */
public record TraceSettings(
        Map<String, String> openTelemetry,
        boolean content,
        @Nullable String link) {
    private static final String TRACE_ID = "{traceId}";

    /** What turns traces on: either is enough. */
    static final List<String> ENDPOINTS = List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");

    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern LINK = Pattern.compile("https?://\\S*\\{traceId}\\S*");
    private static final Pattern ADDRESS = Pattern.compile("https?://\\S+");

    public TraceSettings {
        openTelemetry = Map.copyOf(openTelemetry);
    }

    static TraceSettings read(Variables variables, SettingReader reader) {
        Map<String, String> given = variables.openTelemetry();
        for (String endpoint : ENDPOINTS) {
            String address = given.get(endpoint);
            if (address != null && !ADDRESS.matcher(address.strip()).matches()) {
                // It is not quoted, for it may hold somebody's password.
                reader.fault(endpoint, "is no address", "use one like http://collector:4318");
            }
        }
        return new TraceSettings(isOn(given) ? given : Map.of(), reader.truth(Setting.TRACE_CONTENT), link(reader));
    }

    private static @Nullable String link(SettingReader reader) {
        String link = reader.matching(
                Setting.TRACE_LINK,
                LINK,
                "an address with " + TRACE_ID + " in it, like https://jaeger/trace/" + TRACE_ID);
        return link.isEmpty() ? null : link;
    }

    /** What the headers hold that are sent to the receiver, which may be its keys; each as it is written and as it is sent. */
    static List<String> secrets(Map<String, String> openTelemetry) {
        return openTelemetry.entrySet().stream()
                .filter(each -> each.getKey().endsWith("_HEADERS"))
                .flatMap(each -> COMMA.splitAsStream(each.getValue()))
                .map(header -> header.substring(header.indexOf('=') + 1).strip())
                .filter(value -> !value.isEmpty())
                .flatMap(value -> Stream.of(value, decoded(value)))
                .distinct()
                .toList();
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return value;
        }
    }

    private static boolean isOn(Map<String, String> given) {
        return ENDPOINTS.stream().anyMatch(given::containsKey)
                && !"true".equalsIgnoreCase(given.get("OTEL_SDK_DISABLED"))
                && !"none".equals(given.get("OTEL_TRACES_EXPORTER"));
    }

    /** Leaves the variables out, whose values may be secret. */
    @Override
    public String toString() {
        return "TraceSettings[" + (openTelemetry.isEmpty() ? "off" : "on") + "]";
    }
}
