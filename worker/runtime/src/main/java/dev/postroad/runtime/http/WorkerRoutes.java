package dev.postroad.runtime.http;

import dev.postroad.runtime.history.workers.WorkerJson;
import dev.postroad.runtime.history.workers.WorkerRegister;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Answers which workers there are. Thread-safe. */
final class WorkerRoutes {
    private final WorkerRegister workers;

    WorkerRoutes(WorkerRegister workers) {
        this.workers = workers;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/workers", this::workers);
    }

    private void workers(Context context) {
        new Query(context).end();
        Answers.send(context, WorkerJson.tree(workers.report()));
    }
}
