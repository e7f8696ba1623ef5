package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.LogFilter;
import dev.postroad.runtime.history.past.LogLine;
import dev.postroad.runtime.history.past.RunLog;
import dev.postroad.runtime.history.rows.JsonFields;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers with the log of a run, page by page or as it is written. Thread-safe. */
final class LogRoutes {
    private static final Map<String, LogLevel> LEVELS = Query.names(LogLevel.values(), LogLevel::publicName);

    private final RunHistory history;
    private final RunLog log;
    private final LogStreams streams;

    LogRoutes(RunHistory history, RunLog log, LogStreams streams) {
        this.history = history;
        this.log = log;
        this.streams = streams;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/logs", this::logs);
    }

    private void logs(Context context) {
        Accepted accepted = new Accepted(context);
        Query query = new Query(context);
        LogFilter filter = filter(query);
        long after = query.id("after");
        String runId = context.pathParam("id");
        if (accepted.isStream()) {
            query.onlyForPages("limit");
            long last = query.lastEventId(context, after, LogRoutes::lineId, "send the id of a line");
            query.end();
            requireRun(runId);
            streams.open(context, runId, filter, last);
            return;
        }
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        query.end();
        page(context, runId, filter, after, limit);
    }

    private static LogFilter filter(Query query) {
        Set<LogLevel> level = query.oneOf("level", LEVELS);
        if (level.size() > 1) {
            query.fault("level", "is given " + level.size() + " times", "give the least that matters");
        }
        LogLevel least = level.stream().findFirst().orElse(LogLevel.TRACE);
        return new LogFilter(least, query.texts("node"), query.time("since"), query.time("until"));
    }

    private static Optional<Long> lineId(String id) {
        return id.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(id)) : Optional.empty();
    }

    private void page(Context context, String runId, LogFilter filter, long after, int limit) {
        List<LogLine> page = log.lines(runId, filter, after, limit);
        if (page.isEmpty()) {
            requireRun(runId);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("lines", JsonFields.list(page, LogLine::toJson));
        if (page.size() == limit) {
            json.put("next", page.getLast().id());
        }
        Answers.send(context, json);
    }

    private void requireRun(String runId) {
        if (history.find(runId).isEmpty()) {
            throw Refusal.noRun(runId);
        }
    }
}
