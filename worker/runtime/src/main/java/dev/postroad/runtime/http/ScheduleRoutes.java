package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.history.rows.JsonFields;
import dev.postroad.runtime.schedule.ScheduleCommandException;
import dev.postroad.runtime.schedule.ScheduleControl;
import dev.postroad.runtime.schedule.ScheduleListing;
import dev.postroad.runtime.schedule.ScheduleReport;
import dev.postroad.runtime.schedule.UnknownScheduleException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** Answers what is asked about schedules, and steers them. Thread-safe. */
final class ScheduleRoutes {
    private final ScheduleListing listing;
    private final ScheduleControl control;
    private final PostedMessages posted;

    ScheduleRoutes(ScheduleListing listing, ScheduleControl control, PostedMessages posted) {
        this.listing = listing;
        this.control = control;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/schedules", this::schedules);
        routes.get("/api/schedules/{name}", this::schedule);
        routes.post("/api/schedules/{name}/pause", context -> steer(context, "pause-schedule"), Needs.OPERATOR);
        routes.post("/api/schedules/{name}/unpause", context -> steer(context, "unpause-schedule"), Needs.OPERATOR);
        routes.post("/api/schedules/{name}/trigger", context -> start(context, "trigger-schedule"), Needs.OPERATOR);
        routes.post("/api/schedules/{name}/backfill", context -> start(context, "backfill-schedule"), Needs.OPERATOR);
    }

    private void schedules(Context context) {
        new Query(context).end();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("schedules", JsonFields.list(visible(context), ScheduleReport::toJson));
        Answers.send(context, json);
    }

    /** Those whose runs the caller sees. */
    private List<ScheduleReport> visible(Context context) {
        Principal principal = Guard.principal(context);
        return listing.all().stream()
                .filter(schedule -> principal.sees(schedule.definition().tags()))
                .toList();
    }

    private void schedule(Context context) {
        new Query(context).end();
        send(context, context.pathParam("name"));
    }

    private void send(Context context, String name) {
        Answers.send(context, found(context, name).toJson());
    }

    private ScheduleReport found(Context context, String name) {
        return listing.find(name)
                .filter(schedule ->
                        Guard.principal(context).sees(schedule.definition().tags()))
                .orElseThrow(() -> none("there is no schedule " + name));
    }

    private static Refusal none(String message) {
        return Refusal.of(ErrorCode.NOT_FOUND, message);
    }

    private void steer(Context context, String type) {
        apply(context, type);
        send(context, context.pathParam("name"));
    }

    private void start(Context context, String type) {
        ArrayNode runIds = JsonNodeFactory.instance.arrayNode();
        apply(context, type).forEach(runIds::add);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("runIds", runIds);
        Answers.send(context.status(202), json);
    }

    private List<String> apply(Context context, String type) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        ScheduleCommand given =
                PostedMessages.understood(() -> ScheduleCommand.read(named(body, type, context.pathParam("name"))));
        Principal principal = Guard.principal(context);
        if (principal.isBounded()) {
            ScheduleReport _ = found(context, given.schedule());
        }
        try {
            return control.apply(new ScheduleCommand(given.schedule(), given.action(), principal.by(given.by())));
        } catch (UnknownScheduleException unknown) {
            throw none(String.valueOf(unknown.getMessage()));
        } catch (ScheduleCommandException impossible) {
            throw Refusal.faults(List.of(impossible.fault()));
        }
    }

    /** The body with what the path says; one that is no object is left as it is, and refused by its reader. */
    private static JsonNode named(JsonNode body, String type, String schedule) {
        if (!(body instanceof ObjectNode fields)) {
            return Json.nodes().nullNode();
        }
        return fields.deepCopy().put("type", type).put("schedule", schedule);
    }
}
