package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.bulk.BulkOrder;
import dev.postroad.runtime.bulk.BulkReport;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.history.rows.JsonFields;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/**
 * Takes orders for many runs, says how far they are, and ends them. Who sees some runs alone gives orders for these, and
 * sees no others. Thread-safe.
 */
final class BulkRoutes {
    private static final String ORDERS = "/api/bulk";

    private final Bulks bulks;
    private final PostedMessages posted;

    BulkRoutes(Bulks bulks, PostedMessages posted) {
        this.bulks = bulks;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.post(ORDERS, this::order, Needs.OPERATOR);
        routes.get(ORDERS, this::orders, Needs.READER);
        routes.get(ORDERS + "/{bulk}", this::one, Needs.READER);
        routes.post(ORDERS + "/{bulk}/cancel", this::cancel, Needs.OPERATOR);
    }

    private void order(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        BulkOrder given = PostedMessages.understood(() -> BulkOrder.read(body));
        Principal principal = Guard.principal(context);
        BulkOrder order = given.askedBy(principal.by(given.by()))
                .within(Bounds.tags(context, given.filter().tags()));
        if (order.isPrune() && (!principal.role().includes(Role.ADMIN) || principal.isBounded())) {
            throw Refusal.of(ErrorCode.FORBIDDEN, "runs are deleted by admins of all runs alone");
        }
        if (body.path("dryRun").asBoolean()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            Answers.send(context, json.put("runs", bulks.count(order.filter(), order.limit())));
            return;
        }
        boolean isThere = bulks.order(order);
        BulkReport report = found(context, order.id());
        if (!isThere) {
            throw Refusal.of(
                    ErrorCode.CONFLICT,
                    "order " + order.id() + " is there already, and does something else; give this one another id");
        }
        Answers.send(context.status(202), report.toJson());
    }

    private void orders(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        List<BulkReport> seen = bulks.newest().stream()
                .filter(report -> isSeen(context, report))
                .toList();
        json.set("bulks", JsonFields.list(seen, BulkReport::toJson));
        Answers.send(context, json);
    }

    private void one(Context context) {
        new Query(context).end();
        Answers.send(context, found(context, context.pathParam("bulk")).toJson());
    }

    private void cancel(Context context) {
        new Query(context).end();
        BulkReport report = found(context, context.pathParam("bulk"));
        bulks.cancel(report.id(), Guard.principal(context).by(null));
        Answers.send(context.status(202), found(context, report.id()).toJson());
    }

    private static boolean isSeen(Context context, BulkReport report) {
        Principal principal = Guard.principal(context);
        return !principal.isBounded() || principal.sees(report.tags());
    }

    private BulkReport found(Context context, String id) {
        return bulks.find(id)
                .filter(report -> isSeen(context, report))
                .orElseThrow(() -> Refusal.of(ErrorCode.NOT_FOUND, "there is no order " + id + " for many runs"));
    }
}
