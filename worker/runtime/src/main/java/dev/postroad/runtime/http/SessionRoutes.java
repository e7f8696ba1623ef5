package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.access.Role;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Lets a person in by a browser: a token is handed in once, and kept in a cookie that no script can read. Tells whoever asks
 * what they may do. Thread-safe.
 */
final class SessionRoutes {
    private static final int UNTIL_THE_BROWSER_CLOSES = -1;

    private final Guard guard;
    private final PostedMessages posted;

    SessionRoutes(Guard guard, PostedMessages posted) {
        this.guard = guard;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/me", this::me);
        routes.post("/api/session", this::begin, Needs.NOBODY);
        routes.delete("/api/session", this::end, Needs.NOBODY);
    }

    private void me(Context context) {
        new Query(context).end();
        Principal principal = Guard.principal(context);
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", principal.name())
                .put("role", principal.role().publicName())
                .put("signedIn", guard.asksForToken());
        ObjectNode tags = json.putObject("tags");
        principal.tags().forEach(tags::put);
        ArrayNode may = json.putArray("may");
        rights(principal).forEach(may::add);
        Answers.send(context, json);
    }

    /** In the order in which each includes those before it; agents and schedules are those of all runs. */
    private static List<String> rights(Principal principal) {
        List<String> rights = new ArrayList<>(List.of("look"));
        if (principal.role().includes(Role.OPERATOR)) {
            rights.add("steer");
        }
        if (principal.role().includes(Role.OPERATOR) && !principal.isBounded()) {
            rights.add("operate");
        }
        if (principal.role().includes(Role.ADMIN) && !principal.isBounded()) {
            rights.add("publish");
        }
        return rights;
    }

    private void begin(Context context) {
        checkOwn(context);
        new Query(context).end();
        JsonNode body = posted.body(context);
        Credentials credentials = new Credentials(PostedMessages.understood(() -> token(body)));
        if (guard.asksForToken()) {
            guard.ofToken(credentials.token(), context);
        }
        context.cookie(cookie(context, credentials.encoded(), UNTIL_THE_BROWSER_CLOSES));
        Answers.send(context, JsonNodeFactory.instance.objectNode().put("signedIn", guard.asksForToken()));
    }

    private static String token(JsonNode body) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(body, "", faults);
        fields.onlyKnown(Set.of("token"));
        String token = fields.text("token");
        if (token == null && faults.isEmpty()) {
            fields.fault("token", "is missing", "send the token of this worker");
        }
        if (!faults.isEmpty() || token == null) {
            throw new FaultsException(faults);
        }
        return token;
    }

    private void end(Context context) {
        checkOwn(context);
        new Query(context).end();
        context.cookie(cookie(context, "", 0));
        Answers.send(context, JsonNodeFactory.instance.objectNode().put("signedIn", false));
    }

    /** A stranger's page must not sign anybody in or out. */
    private static void checkOwn(Context context) {
        if (Credentials.isForeign(context)) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN,
                    "the request does not come from a page of this worker; send the header " + Credentials.MARK
                            + ", and no Origin but its own");
        }
    }

    private static Cookie cookie(Context context, String value, int seconds) {
        boolean isEncrypted = context.scheme().equals("https") || "https".equals(context.header("X-Forwarded-Proto"));
        Cookie cookie = new Cookie(Credentials.COOKIE, value);
        cookie.setPath("/");
        cookie.setMaxAge(seconds);
        cookie.setSecure(isEncrypted);
        cookie.setHttpOnly(true);
        cookie.setSameSite(SameSite.STRICT);
        return cookie;
    }
}
