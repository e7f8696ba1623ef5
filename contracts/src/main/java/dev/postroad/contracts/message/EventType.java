package dev.postroad.contracts.message;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of events, with the names that they have on the topic and in the journal. */
public enum EventType {
    RUN_QUEUED("run.queued"),
    RUN_STARTED("run.started"),
    NODE_STARTED("node.started"),
    NODE_RETRYING("node.retrying"),
    NODE_COMPLETED("node.completed"),
    NODE_FAILED("node.failed"),
    NODE_CANCELLED("node.cancelled"),
    /** A task waits, for a person or for a time; the run may go on beside it. */
    NODE_WAITING("node.waiting"),
    /** A question to a person is open still. */
    NODE_REMINDED("node.reminded"),
    /** A question to a person was handed on. */
    NODE_REASSIGNED("node.reassigned"),
    RUN_WAITING("run.waiting"),
    RUN_RESUMED("run.resumed"),
    RUN_CONTINUED("run.continued"),
    /** The run is to pause, and does when its superstep is over. */
    RUN_PAUSING("run.pausing"),
    RUN_PAUSED("run.paused"),
    RUN_UNPAUSED("run.unpaused"),
    STATE_UPDATED("state.updated"),
    RUN_ROLLED_BACK("run.rolled-back"),
    /** Another run was made from a version of this one. */
    RUN_FORKED("run.forked"),
    RUN_RETRIED("run.retried"),
    RUN_CANCELLED("run.cancelled"),
    RUN_COMPLETED("run.completed"),
    RUN_FAILED("run.failed"),
    COMMAND_REJECTED("command.rejected"),
    /** Outside a journal: the run was there already. */
    TRIGGER_DUPLICATE("trigger.duplicate"),
    /** Outside a journal: the trigger was understood and cannot be admitted. */
    TRIGGER_REJECTED("trigger.rejected"),
    /**
     * A type that a later release writes and this one does not know; {@link RunEvent#typeName} has its name. No event has
     * this as its name.
     */
    UNKNOWN("unknown");

    /** What CloudEvents types start with. */
    public static final String CLOUD_EVENTS_PREFIX = "dev.postroad.";

    private static final Map<String, EventType> BY_NAME =
            known().collect(Collectors.toMap(EventType::publicName, Function.identity()));

    private final String publicName;

    EventType(String publicName) {
        this.publicName = publicName;
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
        return this == RUN_COMPLETED || this == RUN_FAILED || this == RUN_CANCELLED;
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
