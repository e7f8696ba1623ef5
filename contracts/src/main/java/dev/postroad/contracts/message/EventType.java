package dev.postroad.contracts.message;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of events, with the names that they have on the topic and in the journal, and what is over with them. */
public enum EventType {
    RUN_QUEUED("run.queued", Ends.NOTHING),
    RUN_STARTED("run.started", Ends.NOTHING),
    NODE_STARTED("node.started", Ends.NOTHING),
    NODE_RETRYING("node.retrying", Ends.ATTEMPT),
    NODE_COMPLETED("node.completed", Ends.ATTEMPT),
    NODE_FAILED("node.failed", Ends.ATTEMPT),
    NODE_CANCELLED("node.cancelled", Ends.ATTEMPT),
    /** The agent of a task calls tools, each of which is a task of its own; it is called again when they have answered. */
    NODE_CALLING("node.calling", Ends.ATTEMPT),
    /** A task waits, for a person or for a time; the run may go on beside it. */
    NODE_WAITING("node.waiting", Ends.ATTEMPT),
    /** A question to a person is open still. */
    NODE_REMINDED("node.reminded", Ends.NOTHING),
    /** A question to a person was handed on. */
    NODE_REASSIGNED("node.reassigned", Ends.NOTHING),
    /** A call would begin, or began, beyond the budget of its run. */
    BUDGET_EXCEEDED("budget.exceeded", Ends.NOTHING),
    RUN_WAITING("run.waiting", Ends.NOTHING),
    RUN_RESUMED("run.resumed", Ends.NOTHING),
    RUN_CONTINUED("run.continued", Ends.NOTHING),
    /** The run is to pause, and does when its superstep is over; as somebody said so now, or as it came to a breakpoint. */
    RUN_PAUSING("run.pausing", Ends.NOTHING),
    RUN_PAUSED("run.paused", Ends.NOTHING),
    RUN_UNPAUSED("run.unpaused", Ends.NOTHING),
    /** It was said before and after which nodes the run is to pause. */
    BREAKPOINTS_SET("breakpoints.set", Ends.NOTHING),
    STATE_UPDATED("state.updated", Ends.NOTHING),
    RUN_ROLLED_BACK("run.rolled-back", Ends.ALL_ATTEMPTS),
    /** Another run was made from a version of this one. */
    RUN_FORKED("run.forked", Ends.NOTHING),
    RUN_RETRIED("run.retried", Ends.NOTHING),
    /** The run is to go on under another version of its graph, and does when its superstep is over. */
    RUN_MIGRATING("run.migrating", Ends.NOTHING),
    RUN_MIGRATED("run.migrated", Ends.NOTHING),
    RUN_CANCELLED("run.cancelled", Ends.RUN),
    RUN_COMPLETED("run.completed", Ends.RUN),
    RUN_FAILED("run.failed", Ends.RUN),
    COMMAND_REJECTED("command.rejected", Ends.NOTHING),
    /** Outside a journal: the run was there already. */
    TRIGGER_DUPLICATE("trigger.duplicate", Ends.NOTHING),
    /** Outside a journal: the trigger was understood and cannot be admitted. */
    TRIGGER_REJECTED("trigger.rejected", Ends.NOTHING),
    /** Outside a journal: another trigger of the same key came later, and runs in its place. */
    TRIGGER_SUPERSEDED("trigger.superseded", Ends.NOTHING),
    /**
     * A type that a later release writes and this one does not know; {@link RunEvent#typeName} has its name. No event has
     * this as its name.
     */
    UNKNOWN("unknown", Ends.NOTHING);

    /** What CloudEvents types start with. */
    public static final String CLOUD_EVENTS_PREFIX = "dev.postroad.";

    private static final Map<String, EventType> BY_NAME =
            known().collect(Collectors.toMap(EventType::publicName, Function.identity()));

    /** What is over with an event. */
    private enum Ends {
        NOTHING,
        /** The attempt of its task that was under way. */
        ATTEMPT,
        /** All attempts of the run, of which none has an event of its own for that. */
        ALL_ATTEMPTS,
        /** The run, and with it all attempts. */
        RUN
    }

    private final String publicName;
    private final Ends ends;

    EventType(String publicName, Ends ends) {
        this.publicName = publicName;
        this.ends = ends;
    }

    /** All but {@link #UNKNOWN}. */
    public static Stream<EventType> known() {
        return Arrays.stream(values()).filter(type -> type != UNKNOWN);
    }

    /** The name on the topic and in the journal, such as {@code node.completed}. */
    public String publicName() {
        return publicName;
    }

    /** Whether a run is at rest after this event. */
    public boolean endsRun() {
        return ends == Ends.RUN;
    }

    /** Whether the attempt of its task that was under way is over with this event. */
    public boolean endsAttempt() {
        return ends == Ends.ATTEMPT;
    }

    /** Whether all that was under way is over with this event, without an event of its own for each attempt. */
    public boolean endsAllAttempts() {
        return ends == Ends.ALL_ATTEMPTS || ends == Ends.RUN;
    }

    /** Whether no run comes of a trigger after this event. */
    public boolean endsTrigger() {
        return this == TRIGGER_REJECTED || this == TRIGGER_SUPERSEDED;
    }

    /** Whether a type has that public name; a later version of Postroad may publish types that this one lacks. */
    public static boolean isKnown(String publicName) {
        return BY_NAME.containsKey(publicName);
    }

    /** The type of a public name; {@link #UNKNOWN} where this release knows none of that name. */
    public static EventType ofAny(String publicName) {
        return BY_NAME.getOrDefault(publicName, UNKNOWN);
    }

    /**
     * The type of a public name.
     *
     * @throws IllegalArgumentException where no type has that name
     */
    public static EventType of(String publicName) {
        EventType type = BY_NAME.get(publicName);
        if (type == null) {
            throw new IllegalArgumentException("no event type is named " + publicName);
        }
        return type;
    }
}
