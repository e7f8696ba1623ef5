package dev.postroad.runtime.http;

import dev.postroad.runtime.history.HistoryJson;
import dev.postroad.runtime.history.RunDiagnosis;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Answers why things are as they are. Thread-safe. */
final class DiagnosisRoutes {
    private final RunDiagnosis diagnosis;

    DiagnosisRoutes(RunDiagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/why", this::why);
    }

    private void why(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        Answers.send(context, HistoryJson.tree(diagnosis.of(runId).orElseThrow(() -> Refusal.noRun(runId))));
    }
}
