package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.rows.JsonFields;
import org.jspecify.annotations.Nullable;

/** Writes what is known of runs, and what they have in common, as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class RunJson {
    private RunJson() {}

    /** A run without its journal. */
    public static ObjectNode tree(RunSummary run) {
        ObjectNode json = JsonFields.object()
                .put("runId", run.runId())
                .put("graph", run.graph())
                .put("graphVersion", run.graphVersion())
                .put("status", run.status().publicName())
                .put("priority", run.priority());
        json.set("input", run.input());
        ObjectNode tags = json.putObject("tags");
        run.tags().forEach(tags::put);
        if (run.error() != null) {
            json.set("error", run.error());
        }
        JsonFields.put(json, "queuedAt", run.queuedAt());
        JsonFields.put(json, "startedAt", run.startedAt());
        JsonFields.put(json, "endedAt", run.endedAt());
        if (!run.nodes().isEmpty()) {
            json.set("nodes", JsonFields.texts(run.nodes()));
        }
        put(json, run.waits());
        put(json, run.spent());
        RunSummary.SetAside aside = run.setAside();
        if (aside != null) {
            ObjectNode reason =
                    json.putObject("setAside").put("why", aside.why()).put("worker", aside.worker());
            JsonFields.put(reason, "since", aside.since());
        }
        return json;
    }

    private static void put(ObjectNode json, RunSummary.@Nullable Waits waits) {
        if (waits == null) {
            return;
        }
        ObjectNode what = json.putObject("waits");
        if (waits.questions() > 0) {
            what.put("questions", waits.questions());
        }
        if (!waits.agents().isEmpty()) {
            what.set("agents", JsonFields.texts(waits.agents()));
        }
        JsonFields.put(what, "until", waits.until());
    }

    private static void put(ObjectNode json, RunSummary.@Nullable Spent spent) {
        if (spent == null) {
            return;
        }
        json.put("tokens", spent.tokens());
        if (spent.cost() != null) {
            json.set("cost", Json.amount(spent.cost()));
        }
    }

    /** Some runs, and where to go on. */
    public static ObjectNode tree(RunPage page) {
        ObjectNode json = JsonFields.object();
        json.set("runs", JsonFields.list(page.runs(), RunJson::tree));
        if (page.next() != null) {
            json.put("next", page.next());
        }
        return json;
    }

    /** How many runs are in which status, and which numbers say: so many, or more. */
    public static ObjectNode tree(RunCounts counts) {
        ObjectNode json = JsonFields.object().put("at", counts.at().toString());
        ObjectNode runs = json.putObject("runs");
        ArrayNode orMore = JsonNodeFactory.instance.arrayNode();
        counts.runs().forEach((status, count) -> {
            runs.put(status.publicName(), count);
            if (count >= RunCounts.MOST) {
                orMore.add(status.publicName());
            }
        });
        json.put("questions", counts.questions());
        if (counts.questions() >= RunCounts.MOST) {
            orMore.add("questions");
        }
        json.set("orMore", orMore);
        return json;
    }

    /** Runs that failed alike. */
    public static ObjectNode tree(FailureGroup group) {
        ObjectNode json = JsonFields.object().put("graph", group.graph());
        if (!group.node().isEmpty()) {
            json.put("node", group.node());
        }
        if (group.agent() != null) {
            json.put("agent", group.agent());
        }
        json.put("type", group.type()).put("message", group.message()).put("count", group.count());
        JsonFields.put(json, "first", group.first());
        JsonFields.put(json, "last", group.last());
        ArrayNode trend = json.putArray("trend");
        group.trend().forEach(trend::add);
        json.set("runs", JsonFields.texts(group.runs()));
        return json;
    }

    /** What waits, and what runs. */
    public static ObjectNode tree(QueueReport report) {
        ObjectNode json = JsonFields.object()
                .put("at", report.at().toString())
                .put("queued", report.queued())
                .put("running", report.running());
        JsonFields.put(json, "oldestQueuedAt", report.oldestQueuedAt());
        json.set("lines", JsonFields.list(report.lines(), RunJson::tree));
        return json;
    }

    private static ObjectNode tree(QueueReport.Line line) {
        ObjectNode json = JsonFields.object()
                .put("graph", line.graph())
                .put("priority", line.priority())
                .put("queued", line.queued())
                .put("running", line.running());
        if (line.limited() > 0) {
            json.put("limited", line.limited());
        }
        JsonFields.put(json, "oldestQueuedAt", line.oldestQueuedAt());
        if (!line.keys().isEmpty()) {
            json.set(
                    "keys",
                    JsonFields.list(
                            line.keys(),
                            of -> JsonFields.object().put("key", of.key()).put("queued", of.queued())));
        }
        return json;
    }
}
