package dev.postroad.runtime.trace;

import dev.postroad.contracts.message.EventType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What spans say beside their names and times. */
final class DraftAttributes {
    private DraftAttributes() {}

    static Map<String, Object> ofStretch(
            TracedRun run, String graph, int graphVersion, EventType end, @Nullable Long queuedMillis) {
        Map<String, Object> attributes = ofRun(run);
        attributes.put(Conventions.OPERATION, Conventions.INVOKE_WORKFLOW);
        attributes.put(Conventions.AGENT, graph);
        attributes.put(Conventions.CONVERSATION, run.id());
        attributes.put(Conventions.GRAPH, graph);
        attributes.put(Conventions.GRAPH_VERSION, (long) graphVersion);
        attributes.put(Conventions.OUTCOME, outcome(end));
        if (queuedMillis != null) {
            attributes.put(Conventions.QUEUED_MILLIS, queuedMillis);
        }
        return attributes;
    }

    static Map<String, Object> ofTask(
            TracedRun run, String graph, String node, String task, int superstep, EventType end) {
        Map<String, Object> attributes = ofRun(run);
        attributes.put(Conventions.GRAPH, graph);
        attributes.put(Conventions.NODE, node);
        attributes.put(Conventions.TASK, task);
        attributes.put(Conventions.SUPERSTEP, (long) superstep);
        attributes.put(Conventions.OUTCOME, outcome(end));
        return attributes;
    }

    /** @param node the name by which an agent called it */
    static Map<String, Object> ofTool(
            TracedRun run, String graph, String node, String task, int superstep, EventType end) {
        Map<String, Object> attributes = ofTask(run, graph, node, task, superstep, end);
        attributes.put(Conventions.OPERATION, Conventions.EXECUTE_TOOL);
        attributes.put(Conventions.TOOL, node);
        return attributes;
    }

    static Map<String, Object> ofCommit(TracedRun run, Commit commit, Moment moment) {
        Map<String, Object> attributes = ofRun(run);
        attributes.put("db.system.name", "postgresql");
        attributes.put("db.operation.name", "INSERT");
        attributes.put("db.collection.name", "postroad.journal");
        attributes.put("db.operation.batch.size", (long) commit.rows());
        attributes.put(Conventions.EVENT, moment.type().publicName());
        attributes.put(Conventions.SEQ, (long) moment.seq());
        return attributes;
    }

    static Map<String, Object> ofAttempt(TracedRun run, Attempt attempt) {
        Map<String, Object> attributes = ofRun(run);
        attributes.put(Conventions.OPERATION, Conventions.INVOKE_AGENT);
        attributes.put(Conventions.AGENT, attempt.agent());
        attributes.put(Conventions.CONVERSATION, run.id());
        attributes.put(Conventions.GRAPH, attempt.graph());
        attributes.put(Conventions.NODE, attempt.node());
        attributes.put(Conventions.TASK, attempt.task());
        attributes.put(Conventions.ATTEMPT, (long) attempt.attempt());
        attributes.put(Conventions.KIND, attempt.kind());
        switch (attempt.end()) {
            case ANSWERED -> {}
            case CANCELLED -> attributes.put(Conventions.OUTCOME, "cancelled");
            case LEFT_BEHIND -> attributes.put(Conventions.OUTCOME, "left-behind");
        }
        Conventions.putUsage(attributes, attempt.usage());
        if (attempt.input() != null) {
            attributes.put(Conventions.INPUT, attempt.input());
        }
        if (attempt.output() != null) {
            attributes.put(Conventions.OUTPUT, attempt.output());
        }
        return attributes;
    }

    static Map<String, Object> ofCall(TracedRun run, CallTrace.Call call) {
        Map<String, Object> attributes = ofRun(run);
        attributes.putAll(call.attributes());
        attributes.put(Conventions.CONVERSATION, run.id());
        return attributes;
    }

    private static Map<String, Object> ofRun(TracedRun run) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put(Conventions.RUN, run.id());
        return attributes;
    }

    /** The last word of the event's name, such as {@code completed}. */
    private static String outcome(EventType type) {
        String name = type.publicName();
        return name.substring(name.indexOf('.') + 1);
    }
}
