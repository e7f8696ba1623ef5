package dev.postroad.runtime.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.message.Control;
import dev.postroad.runtime.history.runs.RunFilter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done to which runs.
 *
 * @param id makes the order once: the same id again is the same order
 * @param action a control message without its run, or that of {@link #PRUNE}
 * @param filter the runs
 * @param selection the filter, as it was asked for
 * @param limit at most so many runs, the newest ones
 * @param perSecond at most so many runs a second
 * @param by who asks for it; null where nobody says so
 */
public record BulkOrder(
        String id,
        ObjectNode action,
        RunFilter filter,
        ObjectNode selection,
        int limit,
        int perSecond,
        @Nullable String by) {
    /** The type of the action that deletes ended runs. */
    public static final String PRUNE = "prune";

    /** The most runs of one order. */
    public static final int MOST_RUNS = 1_000_000;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,60}");
    private static final Pattern BY = Pattern.compile("(?=.*\\S).{1,200}", Pattern.DOTALL);
    private static final Set<String> KNOWN = Set.of("id", "action", "filter", "limit", "perSecond", "by", "dryRun");
    private static final int HIGHEST_RATE = 1_000;
    private static final int USUAL_RATE = 100;
    private static final String ACTION = "action";

    /** Whether it deletes the runs, and tells them nothing. */
    public boolean isPrune() {
        return isPrune(action);
    }

    static boolean isPrune(JsonNode action) {
        return action.path("type").asText().equals(PRUNE);
    }

    /**
     * An order.
     *
     * @throws FaultsException where the action is none that can be done to many
     */
    public static BulkOrder of(
            String id, ObjectNode action, RunFilter filter, int limit, int perSecond, @Nullable String by)
            throws FaultsException {
        List<Fault> faults = new FaultList();
        check(action, faults);
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return new BulkOrder(id, action, filter, BulkFilter.tree(filter), limit, perSecond, by);
    }

    /** The same, asked for by somebody. */
    public BulkOrder askedBy(@Nullable String giver) {
        return new BulkOrder(id, action, filter, selection, limit, perSecond, giver);
    }

    /** The same, for runs that carry these tags; they are those that it asked for, and maybe more. */
    public BulkOrder within(Map<String, String> tags) {
        if (tags.equals(filter.tags())) {
            return this;
        }
        RunFilter bounded = filter.with(tags);
        return new BulkOrder(id, action, bounded, BulkFilter.tree(bounded), limit, perSecond, by);
    }

    /**
     * Reads an order.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static BulkOrder read(JsonNode tree) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(tree, "", faults);
        fields.onlyKnown(KNOWN);
        String id = fields.text("id", ID, "1 to 60 of A-Z a-z 0-9 . _ -");
        ObjectNode action = fields.objectOf(ACTION);
        if (action == null && !fields.has(ACTION)) {
            fields.fault(
                    ACTION, "is missing", "write a control message without its runId, such as {\"type\": \"retry\"}");
        }
        String by = fields.text("by", BY, "1 to 200 characters that are not all blank");
        Integer limit = fields.whole("limit", 1, MOST_RUNS);
        Integer rate = fields.whole("perSecond", 1, HIGHEST_RATE);
        Boolean _ = fields.truth("dryRun");
        Fields filter = fields.nested("filter");
        if (filter == null && !fields.has("filter")) {
            fields.fault(
                    "filter",
                    "is missing",
                    "say which runs, such as {\"status\": [\"failed\"]}; {\"all\": true} for all");
        }
        RunFilter wanted = filter == null ? null : BulkFilter.read(filter);
        if (action != null) {
            check(action, faults);
        }
        if (!faults.isEmpty() || action == null || wanted == null || filter == null) {
            throw new FaultsException(faults);
        }
        return new BulkOrder(
                id == null ? newId(action) : id,
                action,
                wanted,
                filter.object(),
                limit == null ? MOST_RUNS : limit,
                rate == null ? USUAL_RATE : rate,
                by);
    }

    private static String newId(ObjectNode action) {
        return action.path("type").asText() + "-"
                + Long.toString(RandomGenerator.getDefault().nextLong(1L << 50), Character.MAX_RADIX);
    }

    private static void check(ObjectNode action, List<Fault> faults) {
        for (String own : List.of("runId", "commandId", "newRunId", "by")) {
            if (action.has(own)) {
                faults.add(new Fault(ACTION + "." + own, "is each run's own", "leave it out"));
            }
        }
        if (isPrune(action)) {
            return;
        }
        try {
            Control _ = control(action, "any", "any", null);
        } catch (FaultsException wrong) {
            wrong.faults()
                    .forEach(fault ->
                            faults.add(new Fault(ACTION + "." + fault.place(), fault.problem(), fault.remedy())));
        }
    }

    /** The message to one run. */
    static Control control(ObjectNode action, String bulk, String runId, @Nullable String by) throws FaultsException {
        ObjectNode message = action.deepCopy().put("runId", runId).put("commandId", commandId(bulk, runId));
        if (message.path("type").asText().equals("fork")) {
            message.put("newRunId", forkOf(bulk, runId));
        }
        if (by != null) {
            message.put("by", by);
        }
        return Control.read(message, null);
    }

    static String commandId(String bulk, String runId) {
        return bulk + ":" + runId;
    }

    /** The id of the run that one of many is forked as. */
    public static String forkOf(String bulk, String runId) {
        int longest = 127 - bulk.length();
        return (runId.length() <= longest ? runId : runId.substring(0, longest)) + "-" + bulk;
    }
}
