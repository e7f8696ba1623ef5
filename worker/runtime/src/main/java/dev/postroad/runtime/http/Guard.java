package dev.postroad.runtime.http;

import dev.postroad.runtime.config.ListenSettings;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets through who may call. Thread-safe.
 *
 * <p>Without a token everybody on this machine may, and that is where browsers run too. A page of a stranger that has its
 * name point to this machine cannot hide that name ({@code Host}), and a page that posts across origins without asking
 * first cannot say that it sends JSON.
 */
final class Guard {
    private static final Set<String> OPEN = Set.of("/health", "/health/live", "/health/ready");
    /** They change nothing; or a page cannot send them across origins without asking first. */
    private static final Set<String> ANY_TYPE = Set.of("GET", "HEAD", "DELETE");

    private static final String SCHEME = "bearer ";

    private final byte @Nullable [] token;

    Guard(ListenSettings settings) {
        String text = settings.token();
        token = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether anybody may ask for it at any time. */
    static boolean isOpen(Context context) {
        return OPEN.contains(context.path());
    }

    /** @throws Refusal where the caller may not */
    void check(Context context) {
        if (isOpen(context)) {
            return;
        }
        Charsets.check(context.header("Content-Type"));
        if (token == null) {
            checkHost(context.header("Host"));
        } else {
            checkToken(token, context.header("Authorization"));
        }
        if (!ANY_TYPE.contains(context.req().getMethod())) {
            checkType(context.header("Content-Type"));
        }
    }

    /** Whether the caller may know more than anybody who can reach the worker. */
    boolean trusts(Context context) {
        return token == null ? namesThisMachine(context.header("Host")) : knows(token, context.header("Authorization"));
    }

    private static boolean namesThisMachine(@Nullable String host) {
        return host != null && ListenSettings.isLoopback(host.replaceFirst(":[0-9]*$", ""));
    }

    private static void checkHost(@Nullable String host) {
        if (!namesThisMachine(host)) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN,
                    "the Host header does not name this machine; call 127.0.0.1 or localhost, or set a token");
        }
    }

    private static boolean knows(byte[] token, @Nullable String authorization) {
        String given = authorization == null ? "" : authorization;
        boolean isBearer = given.toLowerCase(Locale.ROOT).startsWith(SCHEME);
        byte[] credentials =
                (isBearer ? given.substring(SCHEME.length()).strip() : "").getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(token, credentials);
    }

    private static void checkToken(byte[] token, @Nullable String authorization) {
        if (!knows(token, authorization)) {
            throw Refusal.of(
                    ErrorCode.UNAUTHORIZED, "send the header Authorization: Bearer with the token of this worker");
        }
    }

    private static void checkType(@Nullable String contentType) {
        String type =
                contentType == null ? "" : contentType.replaceFirst(";.*", "").strip();
        if (!type.equalsIgnoreCase("application/json")) {
            throw Refusal.of(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "send JSON, with the header Content-Type: application/json");
        }
    }
}
