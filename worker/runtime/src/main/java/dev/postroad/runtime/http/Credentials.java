package dev.postroad.runtime.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * The token that a request carries: in the header {@code Authorization}, as programs send it, or in a cookie, as the
 * console has it.
 *
 * <p>A browser sends a cookie whoever asks it to. {@code SameSite=Strict} keeps it from the pages of other sites; not from
 * those of other ports of the same host. So what changes anything has to carry a header that no form can send, and must not
 * say that it comes from another origin.
 *
 * @param token empty for none
 */
record Credentials(String token) {
    static final String COOKIE = "postroad-token";
    /** Sent by the console with whatever changes anything; its value says nothing. */
    static final String MARK = "X-Postroad";

    private static final Credentials NONE = new Credentials("");
    private static final String SCHEME = "bearer ";
    private static final Set<String> READING = Set.of("GET", "HEAD");

    /** Those of a request; none where its cookie may not be used for what it asks. */
    static Credentials of(Context context) {
        String authorization = context.header("Authorization");
        if (authorization != null) {
            boolean isBearer = authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME);
            return isBearer
                    ? new Credentials(authorization.substring(SCHEME.length()).strip())
                    : NONE;
        }
        String cookie = context.cookie(COOKIE);
        return cookie == null || isForeign(context) ? NONE : new Credentials(decoded(cookie));
    }

    /** Whether a page of somebody else's may have sent it with the cookie of the console. */
    static boolean isForeign(Context context) {
        return !READING.contains(context.method().name()) && (context.header(MARK) == null || !isOfOwnPage(context));
    }

    /** Whether no page sent it, or one of this worker. */
    static boolean isOfOwnPage(Context context) {
        String origin = context.header("Origin");
        String host = context.header("Host");
        return origin == null
                || (host != null && origin.replaceFirst("^https?://", "").equalsIgnoreCase(host));
    }

    /** What the cookie holds: a token may have signs that a cookie may not. */
    String encoded() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String cookie) {
        try {
            return new String(Base64.getUrlDecoder().decode(cookie), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException none) {
            return "";
        }
    }

    /** Leaves out the token. */
    @Override
    public String toString() {
        return token.isEmpty() ? "no token" : "a token";
    }
}
