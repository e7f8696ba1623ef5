package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.EventBody.RunContinued;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole run out as JSON, wherever it is, and makes the same run of it, so that what follows can be folded without
 * what went before. What a release writes is for itself alone: where {@link #LAYOUT} is another, the journal tells the same.
 * Thread-safe.
 */
public final class RunCodec {
    /** Of all that is written here; another for any change of it, or of what a run consists of. */
    public static final int LAYOUT = 6;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String TYPE = "errorOf";
    private static final String MIGRATING = "migrating";

    private RunCodec() {}

    /** The run, its state among the rest; the tree shares parts with the run, and must not be changed. */
    public static ObjectNode tree(Run run) {
        ObjectNode tree = NODES.objectNode().put("layout", LAYOUT);
        tree.put("graph", run.graph().name()).put("graphVersion", run.graph().version());
        tree.set("admission", EventCodec.tree(new EventBody.RunQueued(run.admission())));
        tree.put("status", run.status().name())
                .put("seq", run.seq())
                .put("version", run.version())
                .put("lastAt", run.lastAt().toString())
                .put("queuedAt", run.queuedAt().toString())
                .put("startedAt", run.startedAt().toString())
                .put("superstepAt", run.superstepAt.toString())
                .put("stirredAt", run.stirredAt.toString())
                .put("tokens", run.tokens)
                .put("progress", run.progress());
        BudgetTrees.put(tree, "spent", run.spent);
        BudgetTrees.put(tree, "spentBefore", run.spentBefore);
        tree.put("warned", run.warned);
        ArrayNode completed = tree.putArray("completedNodes");
        run.completedNodes.stream().forEach(completed::add);
        Trees.putTexts(tree, "appliedCommands", run.appliedCommands);
        ObjectNode rejections = tree.putObject("rejections");
        new TreeMap<>(run.rejections().counts()).forEach(rejections::put);
        ArrayNode enqueued = tree.putArray("enqueued");
        run.enqueued().forEach(waiting -> enqueued.add(EventCodec.tree(waiting)));
        if (run.error() != null) {
            EventCodec.put(tree.putObject(TYPE), run.error());
        }
        tree.set("breakpoints", Trees.tree(run.breakpoints()));
        Phase.Pausing pausing = run.pausing();
        if (pausing != null) {
            tree.set("pausing", EventCodec.tree(new EventBody.RunPausing(pausing.commandId(), pausing.at())));
        }
        if (run.migrating() != null) {
            tree.set(
                    MIGRATING,
                    EventCodec.tree(new EventBody.RunMigrating(
                            run.migrating().commandId(), run.migrating().graph())));
        }
        ArrayNode migrations = tree.putArray("migrations");
        run.migrations().forEach(done -> migrations.add(done.seq()).add(done.from()));
        tree.set("root", FrameTrees.tree(run.root()));
        tree.set("baseline", FrameTrees.tree(run.baseline()));
        return tree;
    }

    /**
     * The run.
     *
     * @param graph the version that it goes by
     * @param graphs as in {@link EventCodec#decode(EventType, JsonNode, PublishedGraphs)}
     * @throws RuntimeException where it is of another layout, of another version of the graph, or not whole
     */
    public static Run run(String id, Graph graph, PublishedGraphs graphs, JsonNode tree) {
        if (tree.path("layout").intValue() != LAYOUT
                || !graph.name().equals(tree.path("graph").textValue())
                || graph.version() != tree.path("graphVersion").intValue()) {
            throw new IllegalStateException("it is of another layout, or another graph");
        }
        Run run = Run.empty(id, graph);
        run.arrival = new Arrival.Admitted(admission(Trees.object(tree, "admission")), instant(tree, "queuedAt"));
        run.phase = Phase.of(
                RunStatus.valueOf(Trees.text(tree, "status")),
                tree.has(TYPE) ? EventCodec.error(tree.get(TYPE)) : null,
                tree.has("pausing") ? pausing(tree.get("pausing")) : null);
        run.seq = Trees.present(tree, "seq").intValue();
        run.version = Trees.present(tree, "version").intValue();
        run.lastAt = instant(tree, "lastAt");
        run.startedAt = instant(tree, "startedAt");
        run.superstepAt = instant(tree, "superstepAt");
        run.stirredAt = instant(tree, "stirredAt");
        run.tokens = Trees.present(tree, "tokens").longValue();
        run.spent = BudgetTrees.usage(tree, "spent");
        run.spentBefore = BudgetTrees.usage(tree, "spentBefore");
        run.warned = Trees.present(tree, "warned").booleanValue();
        run.progress = Trees.present(tree, "progress").doubleValue();
        run.completedNodes = new BitSet();
        Trees.present(tree, "completedNodes").forEach(index -> run.completedNodes.set(index.intValue()));
        Trees.present(tree, "appliedCommands");
        run.appliedCommands = new LinkedHashSet<>(Trees.texts(tree, "appliedCommands"));
        run.rejections = rejections(Trees.object(tree, "rejections"));
        run.breakpoints = Trees.breakpoints(Trees.present(tree, "breakpoints"));
        run.enqueued = enqueued(Trees.present(tree, "enqueued"));
        run.migrating = migrating(tree, graphs);
        run.migrations = migrations(Trees.present(tree, "migrations"));
        run.root = FrameTrees.frame(graph, graphs, "", Trees.object(tree, "root"));
        run.baseline = FrameTrees.frame(graph, graphs, "", Trees.object(tree, "baseline"));
        return run;
    }

    private static Phase.Pausing pausing(JsonNode tree) {
        EventBody.RunPausing pausing = (EventBody.RunPausing) EventCodec.decode(EventType.RUN_PAUSING, tree);
        return new Phase.Pausing(pausing.commandId(), pausing.at());
    }

    private static Admission admission(ObjectNode tree) {
        return ((EventBody.RunQueued) EventCodec.decode(EventType.RUN_QUEUED, tree)).admission();
    }

    private static Rejections rejections(ObjectNode tree) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        tree.properties()
                .forEach(count -> counts.put(count.getKey(), count.getValue().intValue()));
        return new Rejections(counts);
    }

    private static List<RunContinued> enqueued(JsonNode tree) {
        List<RunContinued> enqueued = new ArrayList<>();
        tree.forEach(waiting -> enqueued.add((RunContinued) EventCodec.decode(EventType.RUN_CONTINUED, waiting)));
        return List.copyOf(enqueued);
    }

    private static Migration.@Nullable Asked migrating(JsonNode tree, PublishedGraphs graphs) {
        if (!tree.has(MIGRATING)) {
            return null;
        }
        EventBody.RunMigrating asked =
                (EventBody.RunMigrating) EventCodec.decode(EventType.RUN_MIGRATING, tree.get(MIGRATING), graphs);
        return new Migration.Asked(asked.commandId(), asked.graph());
    }

    private static List<Migration.Done> migrations(JsonNode tree) {
        List<Migration.Done> migrations = new ArrayList<>();
        for (int i = 0; i + 1 < tree.size(); i += 2) {
            migrations.add(
                    new Migration.Done(tree.get(i).intValue(), tree.get(i + 1).intValue()));
        }
        return List.copyOf(migrations);
    }

    private static Instant instant(JsonNode tree, String name) {
        return Instant.parse(Trees.text(tree, name));
    }
}
