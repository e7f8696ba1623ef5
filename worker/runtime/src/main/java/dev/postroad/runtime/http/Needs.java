package dev.postroad.runtime.http;

import dev.postroad.runtime.access.Role;
import io.javalin.security.RouteRole;
import java.util.Set;

/**
 * What a route asks of whoever calls it. One that says nothing asks for a reader where it only looks, and for an admin
 * where it changes something: so a route that forgets to say it lets in nobody too many.
 */
enum Needs implements RouteRole {
    /** Anybody may; not even a token is asked for. */
    NOBODY,
    READER,
    OPERATOR,
    ADMIN,
    /** Besides the role: somebody who sees all runs, as what is shown or changed cannot be divided by them. */
    EVERYTHING;

    private static final Set<String> LOOKING = Set.of("GET", "HEAD");

    /** The least role that a route asks for. */
    static Role role(Set<? extends RouteRole> route, String method) {
        if (route.contains(ADMIN)) {
            return Role.ADMIN;
        }
        if (route.contains(OPERATOR)) {
            return Role.OPERATOR;
        }
        return route.contains(READER) || LOOKING.contains(method) ? Role.READER : Role.ADMIN;
    }

    /** Whether a route is for those who see all runs; what only an admin may change is everybody's. */
    static boolean everything(Set<? extends RouteRole> route, String method) {
        return route.contains(EVERYTHING) || role(route, method) == Role.ADMIN;
    }
}
