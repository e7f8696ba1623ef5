package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.history.HistoryJson;
import dev.postroad.runtime.history.LogFilter;
import dev.postroad.runtime.history.LogLine;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.RunLog;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Answers with the log of a run, page by page. Thread-safe. */
final class LogRoutes {
    private static final Map<String, LogLevel> LEVELS = levels();

    private final RunHistory history;
    private final RunLog log;

    LogRoutes(RunHistory history, RunLog log) {
        this.history = history;
        this.log = log;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/runs/{id}/logs", this::logs);
    }

    private static Map<String, LogLevel> levels() {
        Map<String, LogLevel> levels = new LinkedHashMap<>();
        Arrays.stream(LogLevel.values()).forEach(level -> levels.put(level.publicName(), level));
        return levels;
    }

    private void logs(Context context) {
        Query query = new Query(context);
        Set<LogLevel> level = query.oneOf("level", LEVELS);
        if (level.size() > 1) {
            query.fault("level", "is given " + level.size() + " times", "give the least that matters");
        }
        LogLevel least = level.stream().findFirst().orElse(LogLevel.TRACE);
        var filter = new LogFilter(least, query.texts("node"), query.time("since"), query.time("until"));
        long after = query.id("after");
        int limit = query.whole("limit", 1, RunRoutes.MOST_OF_A_PAGE, RunRoutes.PAGE);
        query.end();
        String runId = context.pathParam("id");
        List<LogLine> page = log.lines(runId, filter, after, limit);
        if (page.isEmpty() && history.find(runId).isEmpty()) {
            throw Refusal.noRun(runId);
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("lines", HistoryJson.list(page, LogLine::toJson));
        if (page.size() == limit) {
            json.put("next", page.getLast().id());
        }
        Answers.send(context, json);
    }
}
