package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes what is known of runs, and what they go by, as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class HistoryJson {
    private HistoryJson() {}

    /** A run without its journal. */
    public static ObjectNode tree(RunSummary run) {
        ObjectNode json = object().put("runId", run.runId())
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
        put(json, "queuedAt", run.queuedAt());
        put(json, "startedAt", run.startedAt());
        put(json, "endedAt", run.endedAt());
        put(json, run.waits());
        RunSummary.SetAside aside = run.setAside();
        if (aside != null) {
            ObjectNode reason =
                    json.putObject("setAside").put("why", aside.why()).put("worker", aside.worker());
            put(reason, "since", aside.since());
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
            what.set("agents", texts(waits.agents()));
        }
        put(what, "until", waits.until());
    }

    /** Some runs, and where to go on. */
    public static ObjectNode tree(RunPage page) {
        ObjectNode json = object();
        json.set("runs", list(page.runs(), HistoryJson::tree));
        if (page.next() != null) {
            json.put("next", page.next());
        }
        return json;
    }

    /** Some open questions, and where to go on. */
    public static ObjectNode tree(WaitingPage page) {
        ObjectNode json = object();
        json.set("waiting", list(page.questions(), HistoryJson::tree));
        if (page.next() != null) {
            json.put("next", page.next());
        }
        return json;
    }

    /** An open question: whose, what it is about, and the control message that answers it, but for its {@code value}. */
    public static ObjectNode tree(WaitingQuestion waiting) {
        ObjectNode json = object().put("runId", waiting.runId())
                .put("graph", waiting.graph())
                .put("graphVersion", waiting.graphVersion())
                .put("status", waiting.status().publicName());
        ObjectNode tags = json.putObject("tags");
        waiting.tags().forEach(tags::put);
        waiting.question()
                .properties()
                .forEach(field -> json.set(field.getKey().equals("value") ? "ask" : field.getKey(), field.getValue()));
        json.putObject("answer")
                .put("type", "resume")
                .put("runId", waiting.runId())
                .put("task", waiting.id())
                .put("version", waiting.version());
        return json;
    }

    /** How many runs are in which status, and which numbers say: so many, or more. */
    public static ObjectNode tree(RunCounts counts) {
        ObjectNode json = object().put("at", counts.at().toString());
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
        ObjectNode json = object().put("graph", group.graph());
        if (!group.node().isEmpty()) {
            json.put("node", group.node());
        }
        json.put("type", group.type()).put("message", group.message()).put("count", group.count());
        put(json, "first", group.first());
        put(json, "last", group.last());
        ArrayNode trend = json.putArray("trend");
        group.trend().forEach(trend::add);
        json.set("runs", texts(group.runs()));
        return json;
    }

    /** How a run stands, and what helps. */
    public static ObjectNode tree(RunReasons why) {
        ObjectNode json = object().put("runId", why.runId())
                .put("status", why.status().publicName())
                .put("standsStill", why.standsStill());
        json.set("reasons", list(why.reasons(), HistoryJson::tree));
        return json;
    }

    private static ObjectNode tree(Reason reason) {
        ObjectNode json = object().put("code", reason.code()).put("what", reason.what());
        put(json, "since", reason.since());
        put(json, "until", reason.until());
        json.put("remedy", reason.remedy());
        json.set("steps", list(reason.steps(), HistoryJson::tree));
        return json;
    }

    private static ObjectNode tree(Reason.Step step) {
        ObjectNode json = object().put("command", step.command()).put("post", step.path());
        json.set("body", step.body());
        if (step.needs() != null) {
            json.put("needs", step.needs());
        }
        return json;
    }

    /** An event as it stands on the events topic, in the same order of fields. */
    public static ObjectNode tree(RunEvent event) {
        ObjectNode json = object().put("runId", event.runId());
        if (!event.graph().isEmpty()) {
            json.put("graph", event.graph()).put("graphVersion", event.graphVersion());
        }
        event.write(new EventFields(json));
        json.set("data", event.data());
        return json;
    }

    /** A state, with what it is the state of. */
    public static ObjectNode tree(RunState state) {
        ObjectNode json = object().put("runId", state.runId())
                .put("graph", state.graph())
                .put("graphVersion", state.graphVersion())
                .put("status", state.status().publicName())
                .put("version", state.version());
        json.set("state", state.state());
        return json;
    }

    /** How a state came to be. */
    public static ObjectNode tree(StateVersion made) {
        ObjectNode json = object().put("version", made.version())
                .put("seq", made.seq())
                .put("at", made.at().toString())
                .put("type", made.type().publicName());
        json.set("nodes", texts(made.nodes()));
        json.put("superstep", made.superstep());
        json.set("changed", texts(made.changed()));
        json.set("next", texts(made.next()));
        if (!made.by().isEmpty()) {
            json.set("by", texts(made.by()));
        }
        return json;
    }

    /** What tells two states apart; the states themselves are left out. */
    public static ObjectNode tree(StateDiff diff) {
        ObjectNode json =
                object().put("runId", diff.runId()).put("from", diff.from()).put("to", diff.to());
        json.set("patch", diff.patch());
        return json;
    }

    /** When the attempts of a run were under way. */
    public static ObjectNode tree(RunTimeline timeline) {
        ObjectNode json = object().put("runId", timeline.runId())
                .put("status", timeline.status().publicName());
        put(json, "queuedAt", timeline.queuedAt());
        put(json, "startedAt", timeline.startedAt());
        put(json, "endedAt", timeline.endedAt());
        json.set("bars", list(timeline.bars(), HistoryJson::tree));
        return json;
    }

    private static ObjectNode tree(RunTimeline.Bar bar) {
        ObjectNode json = object().put("node", bar.node())
                .put("task", bar.task())
                .put("attempt", bar.attempt())
                .put("superstep", bar.superstep());
        put(json, "startedAt", bar.startedAt());
        put(json, "endedAt", bar.endedAt());
        return json.put("outcome", bar.outcome());
    }

    /** What waits, and what runs. */
    public static ObjectNode tree(QueueReport report) {
        ObjectNode json = object().put("at", report.at().toString())
                .put("queued", report.queued())
                .put("running", report.running());
        put(json, "oldestQueuedAt", report.oldestQueuedAt());
        json.set("lines", list(report.lines(), HistoryJson::tree));
        return json;
    }

    /** Who lives, and who was found dead. */
    public static ObjectNode tree(WorkerReport report) {
        ObjectNode json = object().put("at", report.at().toString());
        json.set("workers", list(report.workers(), HistoryJson::tree));
        json.set("takeOvers", list(report.takeOvers(), HistoryJson::tree));
        return json;
    }

    private static ObjectNode tree(WorkerReport.Living worker) {
        ObjectNode json = object().put("name", worker.name())
                .put("host", worker.host())
                .put("version", worker.version())
                .put("since", worker.since().toString())
                .put("renewedAt", worker.renewedAt().toString())
                .put("sessionLocked", worker.sessionLocked())
                .put("leaving", worker.leaving())
                .put("running", worker.running());
        worker.shards().forEach(json.putArray("shards")::add);
        return json;
    }

    private static ObjectNode tree(WorkerReport.TakeOver taken) {
        ObjectNode json = object().put("at", taken.at().toString())
                .put("worker", taken.worker())
                .put("host", taken.host())
                .put("why", taken.why())
                .put("foundBy", taken.foundBy());
        taken.shards().forEach(json.putArray("shards")::add);
        return json;
    }

    private static ObjectNode tree(QueueReport.Line line) {
        ObjectNode json = object().put("graph", line.graph())
                .put("priority", line.priority())
                .put("queued", line.queued())
                .put("running", line.running());
        put(json, "oldestQueuedAt", line.oldestQueuedAt());
        return json;
    }

    /** A graph and the numbers of its versions. */
    public static ObjectNode tree(GraphVersions graph) {
        ObjectNode json = object().put("name", graph.name());
        ArrayNode versions = json.putArray("versions");
        graph.versions().forEach(versions::add);
        return json.put("newest", graph.versions().getLast());
    }

    /** A version of a graph. */
    public static ObjectNode tree(PublishedGraph graph) {
        ObjectNode json = object().put("name", graph.name()).put("version", graph.version());
        json.set("definition", graph.definition());
        return json;
    }

    /** An agent. */
    public static ObjectNode tree(PublishedAgent agent) {
        PublishedAgent.Disabled disabled = agent.disabled();
        ObjectNode json =
                object().put("name", agent.name()).put("kind", agent.kind()).put("enabled", disabled == null);
        if (disabled != null) {
            put(json, "disabledBy", disabled.by());
            put(json, "disabledReason", disabled.reason());
            put(json, "disabledAt", disabled.at());
            put(json, "probeAt", disabled.probeAt());
        }
        ObjectNode breaker =
                json.putObject("breaker").put("state", agent.breaker().state());
        put(breaker, "until", agent.breaker().until());
        if (agent.lastError() != null) {
            ObjectNode error = agent.lastError().error().deepCopy();
            put(error, "at", agent.lastError().at());
            json.set("lastError", error);
        }
        json.set("definition", agent.definition());
        return json;
    }

    private static void put(ObjectNode json, String field, @Nullable String text) {
        if (text != null) {
            json.put(field, text);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void put(ObjectNode json, String field, @Nullable Instant time) {
        if (time != null) {
            json.put(field, time.toString());
        }
    }

    private static ArrayNode texts(List<String> texts) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(texts.size());
        texts.forEach(json::add);
        return json;
    }

    /** A list of whatever of these. */
    public static <T> ArrayNode list(List<T> elements, Function<T, ObjectNode> tree) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(elements.size());
        elements.forEach(element -> json.add(tree.apply(element)));
        return json;
    }
}
