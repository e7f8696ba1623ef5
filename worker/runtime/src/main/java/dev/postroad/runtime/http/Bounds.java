package dev.postroad.runtime.http;

import dev.postroad.contracts.message.Debounce;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.history.RunHistory;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps callers to the runs that carry their tags. A run that does not is answered for as one that is not there, so that
 * nobody learns of it. Thread-safe.
 */
final class Bounds {
    private final RunHistory history;

    Bounds(RunHistory history) {
        this.history = history;
    }

    /** Looks at each request for a run, by whatever route of it there is, or will be. */
    void addTo(RoutesConfig routes) {
        routes.beforeMatched("/api/runs/{id}", this::checkPath);
        routes.beforeMatched("/api/runs/{id}/*", this::checkPath);
    }

    private void checkPath(Context context) {
        checkRun(context, context.pathParam("id"));
    }

    /** @throws Refusal where the caller does not see the run, or there is none that could be seen */
    void checkRun(Context context, String runId) {
        Principal principal = Guard.principal(context);
        if (principal.isBounded() && history.tags(runId).filter(principal::sees).isEmpty()) {
            throw Refusal.of(ErrorCode.NOT_FOUND, "there is no run " + runId);
        }
    }

    /**
     * The tags by which runs are looked for, and those that bound the caller.
     *
     * @throws Refusal where they contradict one another
     */
    static Map<String, String> tags(Context context, Map<String, String> asked) {
        Principal principal = Guard.principal(context);
        Map<String, String> all = new TreeMap<>(asked);
        principal.tags().forEach((tag, value) -> {
            if (!all.computeIfAbsent(tag, unasked -> value).equals(value)) {
                throw outside(principal);
            }
        });
        return all;
    }

    /**
     * Looks at the tags of what somebody wants to start.
     *
     * @throws Refusal where the caller would not see what comes of it
     */
    static void checkTags(Context context, Map<String, String> tags) {
        Principal principal = Guard.principal(context);
        if (!principal.sees(tags)) {
            throw outside(principal);
        }
    }

    /**
     * Checks that a trigger leaves to its graph what may be spent and how much may run at once, where others set these bounds
     * to the caller.
     *
     * @throws Refusal where it does not
     */
    static void checkTerms(Context context, Trigger trigger) {
        Principal principal = Guard.principal(context);
        if (principal.isBounded() && !trigger.terms().isEmpty()) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN,
                    "the token " + principal.name()
                            + " is bound to tags, and goes by queue, budget and retention of the graph;"
                            + " leave them out of the trigger, or have a token without tags send it");
        }
    }

    /**
     * Has a trigger take the place of none but those that a caller with the same tags sent: a key of somebody else's may be
     * the same.
     *
     * @throws Refusal where there is no room for the tags beside the key
     */
    static Trigger amongOwn(Context context, Trigger trigger) {
        Principal principal = Guard.principal(context);
        Debounce given = trigger.debounce();
        if (given == null || !principal.isBounded()) {
            return trigger;
        }
        try {
            return trigger.debounced(new Debounce(principal.tags() + " " + given.key(), given.within()));
        } catch (IllegalArgumentException tooLong) {
            throw Refusal.of(
                    ErrorCode.BAD_REQUEST,
                    "debounce.key is too long beside the tags of the token " + principal.name()
                            + "; use a shorter one");
        }
    }

    private static Refusal outside(Principal principal) {
        return Refusal.of(
                ErrorCode.FORBIDDEN,
                "the token " + principal.name() + " is for runs with the tags " + principal.tags()
                        + " alone; give these");
    }
}
