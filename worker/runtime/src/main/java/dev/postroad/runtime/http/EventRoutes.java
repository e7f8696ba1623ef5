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
import java.util.Objects;
import java.util.Optional;
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
            StreamPlace last = lastEventId(query, context.header("Last-Event-ID"));
            query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE);
            // Who asks for some types of events does not ask for what is none.
            boolean output = Objects.requireNonNullElse(
                    query.truth("output"), filter.types().isEmpty());
            query.end();
            StreamPlace begin = new StreamPlace(after == null ? 0 : after, -1);
            streams.open(context, runId, new StreamFilter(filter, output), last == null ? begin : last);
            return;
        }
        if (Boolean.TRUE.equals(query.truth("output"))) {
            query.fault("output", "is for streams only", "accept text/event-stream, or leave it out");
        }
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        query.end();
        page(context, runId, filter, after == null ? 0 : after, limit);
    }

    private static @Nullable StreamPlace lastEventId(Query query, @Nullable String header) {
        if (header == null || header.isBlank()) {
            return null;
        }
        Optional<StreamPlace> place = StreamPlace.read(header);
        if (place.isEmpty()) {
            query.fault("Last-Event-ID", "is " + Fields.quoted(header), "send the id of an event");
        }
        return place.orElse(null);
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
