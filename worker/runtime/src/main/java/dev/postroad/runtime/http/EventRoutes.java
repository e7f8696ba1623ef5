package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.EventFilter;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.rows.JsonFields;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Answers with the events of a run, page by page or as they happen. Thread-safe. */
final class EventRoutes {
    private static final Map<String, EventType> TYPES =
            Query.names(EventType.known().toArray(EventType[]::new), EventType::publicName);

    private final RunHistory history;
    private final EventStreams streams;

    EventRoutes(RunHistory history, EventStreams streams) {
        this.history = history;
        this.streams = streams;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/events", this::events);
    }

    private void events(Context context) {
        Accepted accepted = new Accepted(context);
        Query query = new Query(context);
        var filter = new EventFilter(
                query.oneOf("type", TYPES), query.texts("node"), query.time("since"), query.time("until"));
        Integer after = query.whole("after", 0, Integer.MAX_VALUE);
        Integer before = query.newest("before", 1);
        if (before != null && (after != null || accepted.isStream())) {
            query.fault("before", "goes back, and a stream and after go on", "leave one of them out");
        }
        String runId = context.pathParam("id");
        if (accepted.isStream()) {
            query.onlyForPages("limit");
            StreamPlace begin = new StreamPlace(after == null ? 0 : after, -1);
            StreamPlace last = query.lastEventId(context, begin, StreamPlace::read, "send the id of an event");
            // Who asks for some types of events does not ask for what is none.
            boolean output = Objects.requireNonNullElse(
                    query.truth("output"), filter.types().isEmpty());
            query.end();
            streams.open(context, runId, new StreamFilter(filter, output), last);
            return;
        }
        if (Boolean.TRUE.equals(query.truth("output"))) {
            query.fault("output", "is for streams only", "accept text/event-stream, or leave it out");
        }
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        query.end();
        if (before != null) {
            pageBefore(context, runId, filter, before, limit);
            return;
        }
        page(context, runId, filter, after == null ? 0 : after, limit);
    }

    private void pageBefore(Context context, String runId, EventFilter filter, int before, int limit) {
        List<RunEvent> page = history.eventsBefore(runId, filter, before, limit);
        boolean more = !page.isEmpty()
                && !history.eventsBefore(runId, filter, page.getLast().seq(), 1).isEmpty();
        send(context, runId, page, more);
    }

    private void page(Context context, String runId, EventFilter filter, int after, int limit) {
        List<RunEvent> page = history.events(runId, filter, after, limit);
        // A page may be shorter than asked for where its events are large.
        boolean more = !page.isEmpty()
                && !history.events(runId, filter, page.getLast().seq(), 1).isEmpty();
        send(context, runId, page, more);
    }

    private void send(Context context, String runId, List<RunEvent> page, boolean more) {
        if (page.isEmpty() && history.find(runId).isEmpty()) {
            throw Refusal.noRun(runId);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("events", JsonFields.list(page, PastJson::tree));
        if (more) {
            json.put("next", page.getLast().seq());
        }
        Answers.send(context, json);
    }
}
