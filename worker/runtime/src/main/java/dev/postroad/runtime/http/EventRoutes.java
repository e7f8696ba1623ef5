package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.EventFilter;
import dev.postroad.runtime.history.HistoryJson;
import dev.postroad.runtime.history.RunHistory;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers with the events of a run, page by page or as they happen. Thread-safe. */
final class EventRoutes {
    private static final Map<String, EventType> TYPES = types();

    private final RunHistory history;
    private final EventStreams streams;

    EventRoutes(RunHistory history, EventStreams streams) {
        this.history = history;
        this.streams = streams;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/events", this::events);
    }

    private static Map<String, EventType> types() {
        Map<String, EventType> types = new LinkedHashMap<>();
        Arrays.stream(EventType.values()).forEach(type -> types.put(type.publicName(), type));
        return types;
    }

    private void events(Context context) {
        Accepted accepted = new Accepted(context);
        Query query = new Query(context);
        var filter = new EventFilter(
                query.oneOf("type", TYPES), query.texts("node"), query.time("since"), query.time("until"));
        Integer after = query.whole("after", 0, Integer.MAX_VALUE);
        String runId = context.pathParam("id");
        if (accepted.isStream()) {
            if (query.has("limit")) {
                query.fault("limit", "has no meaning for what goes on", "leave it out");
            }
            Integer last = lastEventId(query, context.header("Last-Event-ID"));
            query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE);
            query.end();
            streams.open(context, runId, filter, last != null ? last : after == null ? 0 : after);
            return;
        }
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        query.end();
        page(context, runId, filter, after == null ? 0 : after, limit);
    }

    private static @Nullable Integer lastEventId(Query query, @Nullable String header) {
        if (header == null || header.isBlank()) {
            return null;
        }
        if (header.strip().matches("[0-9]{1,9}")) {
            return Integer.valueOf(header.strip());
        }
        query.fault("Last-Event-ID", "is " + Fields.quoted(header), "send the id of an event");
        return null;
    }

    private void page(Context context, String runId, EventFilter filter, int after, int limit) {
        List<RunEvent> page = history.events(runId, filter, after, limit);
        if (page.isEmpty() && history.find(runId).isEmpty()) {
            throw Refusal.noRun(runId);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("events", HistoryJson.list(page, HistoryJson::tree));
        // A page may be shorter than asked for where its events are large.
        if (!page.isEmpty()
                && !history.events(runId, filter, page.getLast().seq(), 1).isEmpty()) {
            json.put("next", page.getLast().seq());
        }
        Answers.send(context, json);
    }
}
