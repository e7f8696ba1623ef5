package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.runtime.history.workers.WorkerJson;
import dev.postroad.runtime.history.workers.WorkerRegister;
import dev.postroad.runtime.lease.Drains;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Answers which workers there are, and asks them to end. Thread-safe. */
final class WorkerRoutes {
    private final WorkerRegister workers;
    private final Drains drains;

    WorkerRoutes(WorkerRegister workers, Drains drains) {
        this.workers = workers;
        this.drains = drains;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/workers", this::workers);
        routes.post("/api/workers/{name}/drain", this::drain, Needs.ADMIN);
    }

    private void workers(Context context) {
        new Query(context).end();
        Answers.send(context, WorkerJson.tree(workers.report()));
    }

    private void drain(Context context) {
        new Query(context).end();
        String name = context.pathParam("name");
        switch (drains.ask(name, Guard.principal(context).by(null))) {
            case ASKED ->
                Answers.send(
                        context.status(202),
                        JsonNodeFactory.instance.objectNode().put("worker", name));
            case UNKNOWN -> throw Refusal.of(ErrorCode.NOT_FOUND, "there is no worker " + name);
            case ALONE ->
                throw Refusal.of(
                        ErrorCode.CONFLICT,
                        "worker " + name
                                + " is the only one, and nobody would take its shards; start another one first");
        }
    }
}
