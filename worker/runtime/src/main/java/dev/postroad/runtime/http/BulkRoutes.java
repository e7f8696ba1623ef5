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

/** Takes orders for many runs, says how far they are, and ends them. Thread-safe. */
final class BulkRoutes {
    private static final String ORDERS = "/api/bulk";

    private final Bulks bulks;
    private final PostedMessages posted;

    BulkRoutes(Bulks bulks, PostedMessages posted) {
        this.bulks = bulks;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.post(ORDERS, this::order, Needs.OPERATOR, Needs.EVERYTHING);
        routes.get(ORDERS, this::orders, Needs.READER, Needs.EVERYTHING);
        routes.get(ORDERS + "/{bulk}", this::one, Needs.READER, Needs.EVERYTHING);
        routes.post(ORDERS + "/{bulk}/cancel", this::cancel, Needs.OPERATOR, Needs.EVERYTHING);
    }

    private void order(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        BulkOrder given = PostedMessages.understood(() -> BulkOrder.read(body));
        Principal principal = Guard.principal(context);
        BulkOrder order = given.askedBy(principal.by(given.by()));
        if (order.isPrune() && !principal.role().includes(Role.ADMIN)) {
            throw Refusal.of(ErrorCode.FORBIDDEN, "runs are deleted by admins alone");
        }
        if (body.path("dryRun").asBoolean()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            Answers.send(context, json.put("runs", bulks.count(order.filter(), order.limit())));
            return;
        }
        bulks.order(order);
        Answers.send(context.status(202), found(order.id()).toJson());
    }

    private void orders(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("bulks", JsonFields.list(bulks.newest(), BulkReport::toJson));
        Answers.send(context, json);
    }

    private void one(Context context) {
        new Query(context).end();
        Answers.send(context, found(context.pathParam("bulk")).toJson());
    }

    private void cancel(Context context) {
        new Query(context).end();
        BulkReport report = found(context.pathParam("bulk"));
        bulks.cancel(report.id(), Guard.principal(context).by(null));
        Answers.send(context.status(202), found(report.id()).toJson());
    }

    private BulkReport found(String id) {
        return bulks.find(id)
                .orElseThrow(() -> Refusal.of(ErrorCode.NOT_FOUND, "there is no order " + id + " for many runs"));
    }
}
