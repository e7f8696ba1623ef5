package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.contracts.message.Trigger;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.UUID;

/** Passes triggers and control messages on to their topics, as any client may. Thread-safe. */
final class MessageRoutes {
    private final PostroadClient client;
    private final PostedMessages posted;

    MessageRoutes(PostroadClient client, PostedMessages posted) {
        this.client = client;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        routes.post("/api/triggers", this::trigger);
        routes.post("/api/control", this::control);
    }

    private void trigger(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        Trigger trigger = PostedMessages.understood(() -> Trigger.read(body));
        posted.acknowledged(context, () -> {
            String runId = client.trigger(trigger);
            return JsonNodeFactory.instance.objectNode().put("runId", runId);
        });
    }

    private void control(Context context) {
        new Query(context).end();
        JsonNode body = posted.body(context);
        if (ScheduleCommand.isNamed(body)) {
            control(context, PostedMessages.understood(() -> ScheduleCommand.read(body)));
            return;
        }
        Control given = PostedMessages.understood(() -> Control.read(body, null));
        // What was not acknowledged may have arrived all the same; with an id it can be sent again.
        String commandId = given.commandId() == null ? "command-" + UUID.randomUUID() : given.commandId();
        Control control = new Control(given.runId(), commandId, given.action(), given.by());
        posted.acknowledged(context, () -> {
            client.control(control);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("runId", control.runId())
                    .put("commandId", commandId);
        });
    }

    private void control(Context context, ScheduleCommand command) {
        posted.acknowledged(context, () -> {
            client.control(command);
            return JsonNodeFactory.instance.objectNode().put("schedule", command.schedule());
        });
    }
}
