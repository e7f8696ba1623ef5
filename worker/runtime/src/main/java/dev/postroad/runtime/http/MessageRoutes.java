package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.graph.RunRules;
import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.schedule.ScheduleListing;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Passes triggers and control messages on to their topics, as any client may. Thread-safe. */
final class MessageRoutes {
    /** By CloudEvents' extension for distributed tracing, in its binding to HTTP. */
    private static final String CLOUD_EVENT_TRACE_PARENT = "ce-traceparent";

    private final PostroadClient client;
    private final PostedMessages posted;
    private final Bounds bounds;
    private final ScheduleListing schedules;

    MessageRoutes(PostroadClient client, PostedMessages posted, Bounds bounds, ScheduleListing schedules) {
        this.client = client;
        this.posted = posted;
        this.bounds = bounds;
        this.schedules = schedules;
    }

    void addTo(RoutesConfig routes) {
        routes.post("/api/triggers", this::trigger, Needs.OPERATOR);
        routes.post("/api/control", this::control, Needs.OPERATOR);
    }

    private void trigger(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        Trigger given = PostedMessages.understood(() -> Trigger.read(body));
        Bounds.checkTags(context, given.tags());
        Bounds.checkTerms(context, given);
        // What is unsound in it whatever the graph is, is told at once.
        RunRules _ = PostedMessages.understood(() -> RunRules.compile(given.terms()));
        Trigger trigger =
                Bounds.amongOwn(context, given).by(Guard.principal(context).by(given.by()));
        posted.acknowledged(context, () -> {
            String runId = client.trigger(trigger, traceParent(context));
            return JsonNodeFactory.instance.objectNode().put("runId", runId);
        });
    }

    private static @Nullable String traceParent(Context context) {
        String given = context.header(EventHeaders.TRACE_PARENT);
        return given == null ? context.header(CLOUD_EVENT_TRACE_PARENT) : given;
    }

    private void control(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        Principal principal = Guard.principal(context);
        if (ScheduleCommand.isNamed(body)) {
            control(context, PostedMessages.understood(() -> ScheduleCommand.read(body)));
            return;
        }
        Control given = PostedMessages.understood(() -> Control.read(body, null));
        // What was not acknowledged may have arrived all the same; with an id it can be sent again.
        bounds.checkRun(context, given.runId());
        String commandId = given.commandId() == null ? "command-" + UUID.randomUUID() : given.commandId();
        Control control = new Control(given.runId(), commandId, given.action(), principal.by(given.by()));
        posted.acknowledged(context, () -> {
            client.control(control);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("runId", control.runId())
                    .put("commandId", commandId);
        });
    }

    private void control(Context context, ScheduleCommand given) {
        Principal principal = Guard.principal(context);
        if (principal.isBounded()
                && schedules
                        .find(given.schedule())
                        .filter(schedule -> principal.sees(schedule.definition().tags()))
                        .isEmpty()) {
            throw Refusal.of(ErrorCode.NOT_FOUND, "there is no schedule " + given.schedule());
        }
        ScheduleCommand command = new ScheduleCommand(given.schedule(), given.action(), principal.by(given.by()));
        posted.acknowledged(context, () -> {
            client.control(command);
            return JsonNodeFactory.instance.objectNode().put("schedule", command.schedule());
        });
    }
}
