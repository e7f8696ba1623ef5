package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.tasks.NodeSteps;
import dev.postroad.runtime.history.tasks.RunTasks;
import dev.postroad.runtime.history.tasks.TaskJson;
import dev.postroad.runtime.history.tasks.TaskPage;
import dev.postroad.runtime.trace.SpanIds;
import dev.postroad.runtime.trace.TracedRun;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Answers what is asked about the tasks of a run. Thread-safe. */
final class TaskRoutes {
    private static final Map<String, String> STATUSES =
            List.of("running", "retrying", "waiting", "completed", "failed", "cancelled").stream()
                    .collect(Collectors.toMap(Function.identity(), Function.identity()));

    private final RunHistory history;
    private final RunTasks tasks;

    TaskRoutes(RunHistory history, RunTasks tasks) {
        this.history = history;
        this.tasks = tasks;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/nodes", this::nodes);
        routes.get("/api/runs/{id}/tasks", this::tasks);
        routes.get("/api/runs/{id}/tasks/{task}", this::task);
        routes.get("/api/runs/{id}/trace", this::trace);
    }

    private void nodes(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        NodeSteps steps = tasks.steps(runId);
        if (steps.steps().isEmpty() && history.find(runId).isEmpty()) {
            throw Refusal.noRun(runId);
        }
        // A version that the run went on under may lack some of the nodes that were named.
        Answers.send(
                context,
                steps.breakpoints().isEmpty()
                        ? steps.toJson()
                        : new NodeSteps(
                                        steps.steps(),
                                        steps.truncated(),
                                        history.breakpoints(runId).orElse(Breakpoints.NONE))
                                .toJson());
    }

    private void tasks(Context context) {
        Query query = new Query(context);
        Set<String> nodes = query.texts("node");
        Set<String> statuses = query.oneOf("status", STATUSES);
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        String cursor = query.text("cursor");
        query.end();
        String runId = context.pathParam("id");
        try {
            TaskPage page = tasks.page(runId, nodes, statuses, cursor, limit);
            if (page.tasks().isEmpty() && history.find(runId).isEmpty()) {
                throw Refusal.noRun(runId);
            }
            Answers.send(context, TaskJson.tree(page));
        } catch (IllegalArgumentException noCursor) {
            query.fault("cursor", "is none that a page gave", "use \"next\" of the page before as it is");
            query.end();
        }
    }

    private void task(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        String task = context.pathParam("task");
        Answers.send(
                context,
                TaskJson.tree(tasks.details(runId, task)
                        .orElseThrow(() -> history.find(runId)
                                .map(run -> Refusal.of(ErrorCode.NOT_FOUND, "run " + runId + " has no task " + task))
                                .orElseGet(() -> Refusal.noRun(runId)))));
    }

    /** Ids follow from the run and its tasks, whether or not anybody traces them: its agents are told them all the same. */
    private void trace(Context context) {
        Query query = new Query(context);
        String task = query.text("task");
        int attempt = query.whole("attempt", 1, Integer.MAX_VALUE, 1);
        query.end();
        String runId = context.pathParam("id");
        TracedRun run = history.first(runId)
                .map(first -> TracedRun.of(first.number(), runId, first.traceParent()))
                .orElseThrow(() -> Refusal.noRun(runId));
        Answers.send(
                context,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("traceId", run.traceId())
                        .put("spanId", task == null ? run.firstSpan() : SpanIds.attempt(run.number(), task, attempt)));
    }
}
