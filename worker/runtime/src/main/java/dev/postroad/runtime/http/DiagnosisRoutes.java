package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.reasons.ReasonJson;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.history.rows.JsonFields;
import dev.postroad.runtime.history.runs.FailureGroups;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.PartHealth;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers why things are as they are, and what became of what was asked for. Thread-safe. */
final class DiagnosisRoutes {
    private final RunHistory history;
    private final RunDiagnosis diagnosis;
    private final FailureGroups failures;
    private final HealthChecks health;

    DiagnosisRoutes(RunHistory history, RunDiagnosis diagnosis, FailureGroups failures, HealthChecks health) {
        this.history = history;
        this.diagnosis = diagnosis;
        this.failures = failures;
        this.health = health;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/why", this::why);
        routes.get("/api/runs/{id}/commands/{command}", this::command);
        routes.get("/api/errors", this::errors);
    }

    private void why(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        Answers.send(
                context, ReasonJson.tree(diagnosis.of(runId, unwritable()).orElseThrow(() -> Refusal.noRun(runId))));
    }

    /** Why this worker cannot write to Postgres; null where it can. */
    private @Nullable String unwritable() {
        Map<String, PartHealth> parts = health.report().parts();
        for (String part : List.of("postgres", "lease")) {
            if (parts.get(part) instanceof PartHealth.Bad(String why)) {
                return why;
            }
        }
        return null;
    }

    private void command(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        String commandId = context.pathParam("command");
        List<RunEvent> answers = history.answers(Map.of(runId, commandId));
        if (answers.isEmpty()) {
            throw history.find(runId).isEmpty()
                    ? Refusal.noRun(runId)
                    : Refusal.of(
                            ErrorCode.NOT_FOUND,
                            "run " + runId + " has not answered command " + commandId + "; ask again, or send it anew");
        }
        Answers.send(context, PastJson.tree(answers.getFirst()));
    }

    private void errors(Context context) {
        Query query = new Query(context);
        String graph = query.text("graph");
        Instant since = query.time("since");
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        query.end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set(
                "errors",
                JsonFields.list(failures.since(graph, since, Bounds.tags(context, Map.of()), limit), RunJson::tree));
        Answers.send(context, json);
    }
}
