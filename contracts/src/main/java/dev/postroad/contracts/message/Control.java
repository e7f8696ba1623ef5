package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Steers one run.
 *
 * @param runId the run
 * @param commandId what makes the command apply once; null where the record's place gives it
 * @param action what is to be done
 * @param by who asks for it, 1 to 200 characters, which stands in the event that answers it; null where nobody says so
 */
public record Control(
        String runId,
        @Nullable String commandId,
        Action action,
        @Nullable String by) {
    private static final Set<String> KNOWN = Set.of(
            "type",
            "runId",
            "commandId",
            "by",
            "reason",
            "now",
            "value",
            "values",
            "task",
            "all",
            "update",
            "goto",
            "input",
            "whenBusy",
            "version",
            "resume",
            "newRunId",
            "asNode",
            "assignee",
            "graphVersion",
            "before",
            "after");

    /** Of triggers, of definitions, of LangGraph, and of everyday talk. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "answer", "value",
            "pauseBefore", "before",
            "pauseAfter", "after",
            "interruptBefore", "before",
            "interruptAfter", "after",
            "interrupt_before", "before",
            "interrupt_after", "after");

    private static final Pattern COMMAND_ID = Pattern.compile(".{1,200}", Pattern.DOTALL);

    /**
     * Checks the run's id, and who asks.
     *
     * @throws IllegalArgumentException where the id is not legal, or who asks is blank or longer than 200 characters
     */
    public Control {
        RunIds.requireLegal(runId);
        if (by != null && !Giver.isName(by)) {
            throw new IllegalArgumentException("who asks is blank or too long; use 1 to 200 characters");
        }
    }

    /** Of nobody in particular. */
    public Control(String runId, @Nullable String commandId, Action action) {
        this(runId, commandId, action, null);
    }

    /** The same by somebody, where the message does not say who. */
    public Control orBy(@Nullable String name) {
        return by != null || name == null ? this : new Control(runId, commandId, action, name);
    }

    /** What is to be done with a run. */
    public sealed interface Action {
        /** Which of all. */
        ActionKind kind();

        /** The type on the topic, such as {@code cancel}. */
        default String type() {
            return kind().publicName();
        }
    }

    /** What a run is told as it stands here; for any other action something has to be looked up first. */
    public sealed interface Plain extends Action {}

    /** Stops a run. */
    public record Cancel(@Nullable String reason) implements Plain {
        @Override
        public ActionKind kind() {
            return ActionKind.CANCEL;
        }
    }

    /**
     * Runs again what failed, or was cancelled, and only that.
     *
     * @param now whether what waits for its next attempt, or for its agent, is tried at once where the run has not ended;
     *     without it such a run refuses
     */
    public record Retry(boolean now) implements Plain {
        /** Of a run that failed, was cancelled, or pauses for a failure. */
        public Retry() {
            this(false);
        }

        @Override
        public ActionKind kind() {
            return ActionKind.RETRY;
        }
    }

    /**
     * Goes on with a run that waits for people. Tasks that asked and get no answer ask again.
     *
     * @param version the version of the state that the answers are about, so that none answers what is asked later; null
     *     for whatever is asked
     * @param update what is written to the state's channels before; null for nothing
     * @param next where the run goes besides; empty for nowhere
     */
    public record Resume(
            Answers answers,
            @Nullable Integer version,
            @Nullable ObjectNode update,
            List<Goto> next) implements Action {
        /** The name that stands for the only interrupt there is. */
        public static final String ONLY = "";

        /**
         * Makes a copy of the list.
         *
         * @throws IllegalArgumentException where a version is negative, or a node is the parent's
         */
        public Resume {
            next = List.copyOf(next);
            if (version != null && version < 0) {
                throw new IllegalArgumentException("the version is " + version + "; use 0 or more");
            }
            if (next.stream().anyMatch(Goto::parent)) {
                throw new IllegalArgumentException("a run as a whole is part of no other graph");
            }
        }

        /** As {@link Answers#of}, whatever version the questions are about. */
        public Resume(Map<String, JsonNode> answers, @Nullable ObjectNode update, List<Goto> next) {
            this(Answers.of(answers), null, update, next);
        }

        /** Answers the only interrupt there is. */
        public static Resume with(JsonNode answer) {
            return new Resume(new Answers.Only(answer), null, null, List.of());
        }

        @Override
        public ActionKind kind() {
            return ActionKind.RESUME;
        }
    }

    /**
     * New input for a run that has ended.
     *
     * @param input written to the state's channels by the graph's reducers
     * @param whenBusy what becomes of it where the run has not ended
     */
    public record Continue(ObjectNode input, WhenBusy whenBusy) implements Plain {
        @Override
        public ActionKind kind() {
            return ActionKind.CONTINUE;
        }
    }

    /**
     * Goes back to an earlier version of the state, which becomes the newest; what came after it stays in the history.
     *
     * @param version 1 or more
     * @param resume whether the run goes on from there at once; else it is paused
     */
    public record Rollback(int version, boolean resume) implements Action {
        /**
         * Checks the version.
         *
         * @throws IllegalArgumentException where it is less than 1
         */
        public Rollback {
            if (version < 1) {
                throw new IllegalArgumentException("the version is " + version + "; use 1 or more");
            }
        }

        @Override
        public ActionKind kind() {
            return ActionKind.ROLLBACK;
        }
    }

    /**
     * Changes the state as if a node had written it; the run is paused then, and that node's successors follow when it
     * goes on.
     *
     * @param update written to the state's channels by the graph's reducers
     * @param asNode the node in whose name it is written; null for the one that ran last
     * @param version the version to start from, 0 or more; null for the newest
     */
    public record UpdateState(
            ObjectNode update,
            @Nullable String asNode,
            @Nullable Integer version) implements Action {
        /**
         * Checks the version.
         *
         * @throws IllegalArgumentException where it is less than 0
         */
        public UpdateState {
            if (version != null && version < 0) {
                throw new IllegalArgumentException("the version is " + version + "; use 0 or more");
            }
        }

        @Override
        public ActionKind kind() {
            return ActionKind.UPDATE_STATE;
        }
    }

    /**
     * Hands an open question on to somebody else.
     *
     * @param task the interrupt, task or node that asks; null for the only one that does
     * @param assignee whose question it is from now on, 1 to 200 characters
     */
    public record Reassign(@Nullable String task, String assignee) implements Plain {
        @Override
        public ActionKind kind() {
            return ActionKind.REASSIGN;
        }
    }

    /** Goes on with a run that is paused. */
    public record Unpause() implements Plain {
        @Override
        public ActionKind kind() {
            return ActionKind.UNPAUSE;
        }
    }

    /**
     * Stops a run when its superstep is over: what is under way finishes, nothing more begins. Or says before and after
     * which nodes it is to stop from now on, in place of whatever was said before.
     *
     * @param at those nodes, {@link Breakpoints#NONE} to stop at none any more; null to stop now
     */
    public record Pause(@Nullable Breakpoints at) implements Plain {
        /** Stops now. */
        public Pause() {
            this(null);
        }

        @Override
        public ActionKind kind() {
            return ActionKind.PAUSE;
        }
    }

    /**
     * Makes a new run that goes on from a version of this one, which is left as it is.
     *
     * @param version 1 or more; null for the newest
     * @param newRunId the id of the new run
     * @param update written to the new run's channels first; null for nothing
     * @param asNode the node in whose name it is written, so that its successors follow; null for the one that ran last
     * @param graphVersion the version of the graph that the new run is pinned to; null for this run's own
     */
    public record Fork(
            @Nullable Integer version,
            String newRunId,
            @Nullable ObjectNode update,
            @Nullable String asNode,
            @Nullable Integer graphVersion)
            implements Action {
        /**
         * Checks the id and the versions.
         *
         * @throws IllegalArgumentException where the id is not legal or a version is less than 1
         */
        public Fork {
            RunIds.requireLegal(newRunId);
            requirePositive("version", version);
            requirePositive("version of the graph", graphVersion);
        }

        private static void requirePositive(String what, @Nullable Integer number) {
            if (number != null && number < 1) {
                throw new IllegalArgumentException("the " + what + " is " + number + "; use 1 or more");
            }
        }

        @Override
        public ActionKind kind() {
            return ActionKind.FORK;
        }
    }

    /**
     * Goes on under another version of the run's graph, at once where the run is at rest, else from its next superstep on;
     * refused where something that is under way has no place there.
     *
     * @param graphVersion 1 or more
     */
    public record Migrate(int graphVersion) implements Action {
        /**
         * Checks the version.
         *
         * @throws IllegalArgumentException where it is less than 1
         */
        public Migrate {
            if (graphVersion < 1) {
                throw new IllegalArgumentException("the version of the graph is " + graphVersion + "; use 1 or more");
            }
        }

        @Override
        public ActionKind kind() {
            return ActionKind.MIGRATE;
        }
    }

    /**
     * Reads a control message; unknown fields are ignored, unless they can only be meant as known ones.
     *
     * @param key the record's key, taken for the run id where the message has none; may be null
     * @throws FaultsException with everything that is wrong with it
     */
    public static Control read(JsonNode tree, @Nullable String key) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(tree, "", faults);
        fields.noSlips(KNOWN, ELSEWHERE);
        String runId = runId(fields, key);
        String commandId = fields.text("commandId", COMMAND_ID, "1 to 200 characters");
        String by = Giver.read(fields);
        Action action = new ActionReader(fields, faults).read();
        if (!faults.isEmpty() || runId == null || action == null) {
            throw new FaultsException(faults);
        }
        return new Control(runId, commandId, action, by);
    }

    private static @Nullable String runId(Fields fields, @Nullable String key) {
        if (fields.has("runId")) {
            return fields.text("runId", RunIds.PATTERN, RunIds.RULE);
        }
        if (key == null) {
            fields.missing("runId", "name the run");
        } else if (!RunIds.isLegal(key)) {
            fields.fault("runId", "is missing, and the record's key is " + Fields.quoted(key), "use " + RunIds.RULE);
        }
        return key;
    }

    /** The message as it is sent. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ActionKind.write(action, json);
        json.put("runId", runId);
        if (commandId != null) {
            json.put("commandId", commandId);
        }
        if (by != null) {
            json.put("by", by);
        }
        return json;
    }
}
