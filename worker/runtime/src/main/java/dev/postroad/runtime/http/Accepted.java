package dev.postroad.runtime.http;

import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a caller can read, by the {@code Accept} header; without one, anything. */
final class Accepted {
    private static final Set<String> JSON = Set.of("*/*", "application/*", "application/json");
    private static final Set<String> SVG = Set.of("*/*", "image/*", "image/svg+xml");
    private static final String STREAM = "text/event-stream";

    private final @Nullable List<String> types;

    Accepted(Context context) {
        String header = context.header("Accept");
        types = header == null || header.isBlank()
                ? null
                : Arrays.stream(header.toLowerCase(Locale.ROOT).split(","))
                        .map(type -> type.replace(" ", ""))
                        .filter(type -> !type.matches(".*;q=0(\\.0*)?(;.*)?"))
                        .map(type -> type.replaceFirst(";.*", ""))
                        .toList();
    }

    /** Whether events are to come as they happen. */
    boolean isStream() {
        return types != null && types.contains(STREAM);
    }

    /** Whether it is a browser that is to show a page. */
    boolean isPage() {
        return types != null && types.contains("text/html");
    }

    /** @throws Refusal where SVG is not among it */
    void requireSvg() {
        if (types != null && types.stream().noneMatch(SVG::contains)) {
            throw Refusal.of(ErrorCode.NOT_ACCEPTABLE, "the answer is image/svg+xml; accept it");
        }
    }

    /** @throws Refusal where JSON is not among it */
    void requireJson() {
        if (types != null && types.stream().noneMatch(JSON::contains)) {
            throw Refusal.of(ErrorCode.NOT_ACCEPTABLE, "the answer is application/json; accept it");
        }
    }
}
