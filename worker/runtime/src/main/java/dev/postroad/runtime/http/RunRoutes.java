package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.budgets.BudgetReport;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.past.RunState;
import dev.postroad.runtime.history.past.StateVersion;
import dev.postroad.runtime.history.past.VersionFilter;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.history.rows.JsonFields;
import dev.postroad.runtime.history.runs.LimitReport;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.history.runs.RunOrder;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.history.waiting.WaitingFilter.Order;
import dev.postroad.runtime.history.waiting.WaitingJson;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers what is asked about runs. Thread-safe. */
final class RunRoutes {
    static final int MOST_OF_A_PAGE = 1_000;
    static final int PAGE = 50;

    private static final Map<String, Order> ORDERS = Query.names(Order.values(), Order::publicName);
    private static final Map<String, RunOrder> RUN_ORDERS = Query.names(RunOrder.values(), RunOrder::publicName);

    static final Map<String, RunStatus> STATUSES = Query.names(RunStatus.values(), RunStatus::publicName);

    private final RunHistory history;
    private final ListingStreams listings;

    RunRoutes(RunHistory history, ListingStreams listings) {
        this.history = history;
        this.listings = listings;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs", this::runs);
        routes.get("/api/runs/{id}", this::run);
        routes.get("/api/runs/{id}/state", this::state);
        routes.get("/api/runs/{id}/history", this::versions);
        routes.get("/api/runs/{id}/diff", this::diff);
        routes.get("/api/runs/{id}/timeline", this::timeline);
        routes.get("/api/runs/{id}/migration", this::migration);
        routes.get("/api/queue", this::queue);
        routes.get("/api/limits", this::limits);
        routes.get("/api/budgets", this::budgets);
        routes.get("/api/costs", this::costs, Needs.READER, Needs.EVERYTHING);
        routes.get("/api/waiting", this::waiting);
        routes.get("/api/counts", this::counts);
    }

    private void runs(Context context) {
        Query query = new Query(context);
        RunFilter filter = filter(context, query);
        RunOrder order = query.one("order", RUN_ORDERS, RunOrder.NEWEST);
        int limit = query.whole("limit", 1, MOST_OF_A_PAGE, PAGE);
        if (new Accepted(context).isStream()) {
            query.onlyForPages("cursor");
            query.end();
            listings.open(context, new ListingLooks.Wanted(filter, order, limit));
            return;
        }
        String cursor = query.text("cursor");
        query.end();
        try {
            Answers.send(context, RunJson.tree(history.runs(filter, order, cursor, limit)));
        } catch (IllegalArgumentException noCursor) {
            query.fault("cursor", "is none that a page gave", "use \"next\" of the page before as it is");
            query.end();
        }
    }

    private static RunFilter filter(Context context, Query query) {
        return new RunFilter(
                query.oneOf("status", STATUSES),
                query.text("graph"),
                query.whole("version", 0, Integer.MAX_VALUE),
                query.text("waitsFor"),
                query.time("since"),
                query.time("until"),
                Bounds.tags(context, query.texts("tag.", "tag.KEY")),
                query.text("error"));
    }

    private void counts(Context context) {
        Query query = new Query(context);
        RunFilter filter = filter(context, query);
        query.end();
        Answers.send(context, RunJson.tree(history.counts(filter)));
    }

    private void run(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        Answers.send(context, RunJson.tree(history.find(runId).orElseThrow(() -> Refusal.noRun(runId))));
    }

    private void state(Context context) {
        Query query = new Query(context);
        Integer version = query.whole("version", 0, Integer.MAX_VALUE);
        query.end();
        String runId = context.pathParam("id");
        Answers.send(
                context, PastJson.tree(history.state(runId, version).orElseThrow(() -> noVersion(runId, version))));
    }

    private Refusal noVersion(String runId, @Nullable Integer version) {
        return history.state(runId, null)
                .map(newest -> noVersion(newest, String.valueOf(version)))
                .orElseGet(() -> Refusal.noRun(runId));
    }

    private static Refusal noVersion(RunState newest, String versions) {
        return Refusal.of(
                ErrorCode.NOT_FOUND,
                "run " + newest.runId() + " has no version " + versions + " of its state, but 0 to "
                        + newest.version());
    }

    private void versions(Context context) {
        Query query = new Query(context);
        var filter = new VersionFilter(
                query.whole("from", 0, Integer.MAX_VALUE, 0),
                query.whole("to", 0, Integer.MAX_VALUE, Integer.MAX_VALUE),
                query.time("since"),
                query.time("until"),
                query.texts("node"));
        int limit = query.whole("limit", 1, MOST_OF_A_PAGE, PAGE);
        boolean isNewestFirst = query.isNewestFirst();
        query.end();
        String runId = context.pathParam("id");
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Consumer<CorruptHistoryException> unreadable = misfit -> json.put("unreadable", misfit.getMessage());
        // One more than asked for tells whether there are more.
        List<StateVersion> found = isNewestFirst
                ? history.newestVersions(runId, filter, limit + 1, unreadable)
                : history.versions(runId, filter, limit + 1, unreadable);
        if (found.isEmpty() && history.find(runId).isEmpty()) {
            throw Refusal.noRun(runId);
        }
        json.set("versions", JsonFields.list(found.subList(0, Math.min(limit, found.size())), PastJson::tree));
        if (found.size() > limit) {
            json.put("next", found.getLast().version());
        }
        Answers.send(context, json);
    }

    private void diff(Context context) {
        Query query = new Query(context);
        int from = query.required("from", 0, Integer.MAX_VALUE);
        int to = query.required("to", 0, Integer.MAX_VALUE);
        query.end();
        String runId = context.pathParam("id");
        Answers.send(
                context,
                PastJson.tree(history.diff(runId, from, to)
                        .orElseThrow(() -> history.state(runId, null)
                                .map(newest -> noVersion(newest, Math.max(from, to) + ""))
                                .orElseGet(() -> Refusal.noRun(runId)))));
    }

    private void migration(Context context) {
        Query query = new Query(context);
        int version = query.required("graphVersion", 1, Integer.MAX_VALUE);
        query.end();
        String runId = context.pathParam("id");
        Answers.send(context, PastJson.tree(history.migration(runId, version).orElseThrow(() -> Refusal.noRun(runId))));
    }

    private void timeline(Context context) {
        new Query(context).end();
        String runId = context.pathParam("id");
        Answers.send(context, PastJson.tree(history.timeline(runId).orElseThrow(() -> Refusal.noRun(runId))));
    }

    /** Budgets are of all runs of a graph, so nobody sees them who sees some runs alone. */
    private void budgets(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        List<BudgetReport> seen = Guard.principal(context).isBounded() ? List.of() : history.budgets();
        json.set("budgets", JsonFields.list(seen, BudgetReport::toJson));
        Answers.send(context, json);
    }

    private void costs(Context context) {
        Query query = new Query(context);
        Instant since = query.time("since");
        query.end();
        Answers.send(context, history.costs(since).toJson());
    }

    /** Their use is by all runs of a graph, as with budgets. */
    private void limits(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        List<LimitReport> seen = Guard.principal(context).isBounded() ? List.of() : history.limits();
        json.set("limits", JsonFields.list(seen, LimitReport::toJson));
        Answers.send(context, json);
    }

    private void queue(Context context) {
        new Query(context).end();
        Answers.send(context, RunJson.tree(history.queue(Bounds.tags(context, Map.of()))));
    }

    private void waiting(Context context) {
        Query query = new Query(context);
        var filter = new WaitingFilter(
                query.text("graph"),
                query.text("assignee"),
                Bounds.tags(context, query.texts("tag.", "tag.KEY")),
                query.time("since"),
                query.time("due"),
                query.one("order", ORDERS, Order.ASKED));
        int limit = query.whole("limit", 1, MOST_OF_A_PAGE, PAGE);
        String cursor = query.text("cursor");
        query.end();
        try {
            Answers.send(context, WaitingJson.tree(history.waiting(filter, cursor, limit)));
        } catch (IllegalArgumentException noCursor) {
            query.fault("cursor", "is none that a page gave", "use \"next\" of the page before as it is");
            query.end();
        }
    }
}
