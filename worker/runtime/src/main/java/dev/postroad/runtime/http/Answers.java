package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.database.SqlVerdict;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.journal.PrunedRun;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers, and makes one shape of all errors. */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String JSON = "application/json";
    private static final String HTML = "text/html";

    private Answers() {}

    static void send(Context context, JsonNode tree) {
        context.contentType(JSON).result(Json.bytes(tree));
    }

    /**
     * @param pruned the runs that were there once
     * @param denials told of every refusal
     */
    static void handleErrors(RoutesConfig routes, Function<String, Optional<PrunedRun>> pruned, Denials denials) {
        routes.exception(Refusal.class, (refusal, context) -> {
            denials.note(context, refusal);
            send(context, wasPruned(refusal, pruned));
        });
        routes.exception(HttpResponseException.class, (own, context) -> send(context, refusal(own)));
        routes.exception(JdbiException.class, (failed, context) -> send(context, refusal(failed, context)));
        routes.exception(CorruptHistoryException.class, (corrupt, context) -> {
            LOG.debug("{} {}", context.method(), context.path(), corrupt);
            send(context, Refusal.of(ErrorCode.UNREADABLE, corrupt.getMessage()));
        });
        routes.exception(Exception.class, (unforeseen, context) -> send(context, internal(unforeseen, context)));
        // A handler that answers nothing, and whatever the server answers by itself.
        routes.error(404, context -> {
            String answered = context.res().getContentType();
            if (answered == null || !(answered.equals(JSON) || answered.startsWith(HTML))) {
                send(context, Refusal.of(ErrorCode.NOT_FOUND, "there is nothing at " + context.path()));
            }
        });
    }

    /** What was deleted is told from what never was; where Postgres cannot say, it is not there in any case. */
    private static Refusal wasPruned(Refusal refusal, Function<String, Optional<PrunedRun>> pruned) {
        String runId = refusal.missingRun();
        if (runId == null) {
            return refusal;
        }
        try {
            return pruned.apply(runId)
                    .map(gone -> Refusal.of(ErrorCode.PRUNED, gone.said()))
                    .orElse(refusal);
        } catch (JdbiException away) {
            LOG.debug("whether run {} was pruned", runId, away);
            return refusal;
        }
    }

    static void send(Context context, Refusal refusal) {
        if (refusal.code() == ErrorCode.NOT_FOUND
                && !context.path().startsWith("/api/")
                && new Accepted(context).isPage()) {
            ConsoleRoutes.nothing(context);
            return;
        }
        context.status(refusal.code().status());
        if (refusal.code() == ErrorCode.UNAUTHORIZED) {
            context.header("WWW-Authenticate", "Bearer");
        }
        send(context, refusal.tree());
    }

    private static Refusal refusal(HttpResponseException own) {
        ErrorCode code = ErrorCode.of(own.getStatus());
        return Refusal.of(
                code,
                switch (code) {
                    case NOT_FOUND -> "there is nothing at this path";
                    case METHOD_NOT_ALLOWED -> "this path has no such method";
                    default -> own.getMessage();
                });
    }

    private static Refusal refusal(JdbiException failed, Context context) {
        if (SqlVerdict.isAway(failed)) {
            LOG.warn("{} {} did not reach Postgres: {}", context.method(), context.path(), failed.toString());
            return Refusal.of(ErrorCode.UNAVAILABLE, "Postgres did not answer in time; try again");
        }
        return internal(failed, context);
    }

    private static Refusal internal(Exception unforeseen, Context context) {
        LOG.error("{} {}", context.method(), context.path(), unforeseen);
        return Refusal.of(ErrorCode.INTERNAL, "the worker failed to answer; its log says why");
    }
}
