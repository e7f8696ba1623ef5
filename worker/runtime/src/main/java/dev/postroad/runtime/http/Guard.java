package dev.postroad.runtime.http;

import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.access.Tokens;
import dev.postroad.runtime.access.WrongTokens;
import dev.postroad.runtime.config.ListenSettings;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets through who may call, and says of each request whose it is. Thread-safe.
 *
 * <p>Without a token everybody on this machine may, and that is where browsers run too. A page of a stranger that has its
 * name point to this machine cannot hide that name ({@code Host}), and a page that posts across origins without asking
 * first cannot say that it sends JSON.
 *
 * <p>Two looks at each request: {@link #check} before anything else, whatever it asks for, and {@link #authorize} once the
 * route is known that says what it {@linkplain Needs needs}.
 */
final class Guard {
    private static final String READY = "/health/ready";
    private static final Set<String> OPEN = Set.of("/health", "/health/live", READY);
    /** They change nothing; or a page cannot send them across origins without asking first. */
    private static final Set<String> ANY_TYPE = Set.of("GET", "HEAD", "DELETE");

    /** Takes a token and hands out the cookie, or takes it back. */
    private static final String SESSION = "/api/session";

    /** By this header the server takes one method for another, so that a look would be a change that nobody looked at. */
    private static final String OTHER_METHOD = "X-HTTP-Method-Override";

    private static final String PRINCIPAL = Principal.class.getName();
    private static final String STAYS = "postroad.stays";

    private final Tokens tokens;
    private final WrongTokens wrong;

    Guard(Tokens tokens, WrongTokens wrong) {
        this.tokens = tokens;
        this.wrong = wrong;
    }

    /** Whether anybody may ask for it at any time. */
    static boolean isOpen(Context context) {
        return OPEN.contains(context.path());
    }

    /**
     * Who a request is from.
     *
     * @throws IllegalStateException for what anybody may ask for, of which that is not known
     */
    static Principal principal(Context context) {
        return known(context).orElseThrow(() -> new IllegalStateException("nobody was asked who they are"));
    }

    /** Who a request is from; empty for what anybody may ask for, and while that is not known yet. */
    static Optional<Principal> known(Context context) {
        return Optional.ofNullable(context.attribute(PRINCIPAL));
    }

    /** Whether who opened a stream may go on reading it: until the token is taken away, or is for something else. */
    static boolean staysIn(Context context) {
        @Nullable BooleanSupplier stays = context.attribute(STAYS);
        return stays == null || stays.getAsBoolean();
    }

    /** @throws Refusal where the caller may not */
    void check(Context context) {
        if (context.header(OTHER_METHOD) != null) {
            throw Refusal.of(ErrorCode.BAD_REQUEST, "send the method itself, without the header " + OTHER_METHOD);
        }
        // The pages of the console tell nothing; what they show they ask for like anybody.
        if (isOpen(context) || ConsoleRoutes.isPage(context)) {
            return;
        }
        Charsets.check(context.header("Content-Type"));
        if (!tokens.areAsked()) {
            context.attribute(PRINCIPAL, ofMachine(context));
        } else if (!context.path().equals(SESSION)) {
            String token = Credentials.of(context).token();
            Principal principal = ofToken(token, context);
            BooleanSupplier stays =
                    () -> tokens.principal(token).filter(principal::equals).isPresent();
            context.attribute(PRINCIPAL, principal);
            context.attribute(STAYS, stays);
        }
        if (!ANY_TYPE.contains(context.method().name())) {
            checkType(context.header("Content-Type"));
        }
    }

    /** @throws Refusal where the caller may not do what the route does */
    void authorize(Context context) {
        // HEAD has no route of its own, and so no roles.
        if (isOpen(context)
                || ConsoleRoutes.isPage(context)
                || context.routeRoles().contains(Needs.NOBODY)) {
            return;
        }
        Principal principal = principal(context);
        String method = context.method().name();
        require(principal, Needs.role(context.routeRoles(), method));
        if (principal.isBounded() && Needs.everything(context.routeRoles(), method)) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN,
                    "the token " + principal.name() + " is for runs with the tags " + principal.tags()
                            + " alone, and this concerns others too");
        }
    }

    /** @throws Refusal where the caller has a lesser role */
    static void require(Principal principal, Role needed) {
        if (!principal.role().includes(needed)) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN,
                    "the token " + principal.name() + " is of "
                            + principal.role().withArticle() + ", and this asks for one of " + needed.withArticle());
        }
    }

    /** Whether the caller may know more than anybody who can reach the worker. */
    boolean trusts(Context context) {
        if (!tokens.areAsked()) {
            return namesThisMachine(context.header("Host"));
        }
        String token = Credentials.of(context).token();
        boolean waits = !context.path().equals(READY);
        if (token.isEmpty() || (!waits && wrong.isSuspect(context.ip()))) {
            return false;
        }
        Optional<Principal> known = tokens.principal(token);
        if (known.isPresent()) {
            wrong.forgive(context.ip());
        } else if (waits) {
            wrong.await(context.ip());
        } else {
            // A probe whose token is out of date must not find the worker too slow: it is told less instead.
            wrong.count(context.ip());
        }
        return known.filter(principal -> !principal.isBounded()).isPresent();
    }

    private static boolean namesThisMachine(@Nullable String host) {
        return host != null && ListenSettings.isLoopback(host.replaceFirst(":[0-9]*$", ""));
    }

    private static Principal ofMachine(Context context) {
        if (!namesThisMachine(context.header("Host"))) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN,
                    "the Host header does not name this machine; call 127.0.0.1 or localhost, or set a token");
        }
        return Principal.MACHINE;
    }

    /** Whether callers need a token at all. */
    boolean asksForToken() {
        return tokens.areAsked();
    }

    /**
     * Whose a token is.
     *
     * @throws Refusal where it is nobody's
     */
    Principal ofToken(String token, Context context) {
        Optional<Principal> known = tokens.principal(token);
        if (known.isPresent()) {
            wrong.forgive(context.ip());
            return known.get();
        }
        if (!token.isEmpty()) {
            wrong.await(context.ip());
        }
        throw Refusal.of(
                ErrorCode.UNAUTHORIZED,
                "send the header Authorization: Bearer with a token of this worker; or the cookie of the console, with the"
                        + " header " + Credentials.MARK + " where anything is to change");
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
