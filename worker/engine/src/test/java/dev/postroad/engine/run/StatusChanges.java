package dev.postroad.engine.run;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** What a run's status may become, and by which events. */
@NullMarked
final class StatusChanges {
    private static final Set<RunStatus> GOING_ON = EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING);

    /** By their type, the events that may lead to another status, and the statuses they lead to. */
    private static final Map<EventType, Set<RunStatus>> LEADS_TO = new EnumMap<>(Map.ofEntries(
            Map.entry(EventType.RUN_STARTED, EnumSet.of(RunStatus.RUNNING)),
            Map.entry(EventType.RUN_WAITING, EnumSet.of(RunStatus.WAITING)),
            Map.entry(EventType.RUN_PAUSING, EnumSet.of(RunStatus.RUNNING)),
            Map.entry(EventType.RUN_RESUMED, GOING_ON),
            Map.entry(EventType.RUN_CONTINUED, GOING_ON),
            Map.entry(EventType.RUN_RETRIED, GOING_ON),
            Map.entry(EventType.RUN_UNPAUSED, GOING_ON),
            Map.entry(EventType.RUN_PAUSED, EnumSet.of(RunStatus.PAUSED)),
            Map.entry(EventType.STATE_UPDATED, EnumSet.of(RunStatus.PAUSED, RunStatus.COMPLETED)),
            Map.entry(
                    EventType.RUN_ROLLED_BACK,
                    EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED, RunStatus.COMPLETED)),
            Map.entry(EventType.RUN_COMPLETED, EnumSet.of(RunStatus.COMPLETED)),
            Map.entry(EventType.RUN_FAILED, EnumSet.of(RunStatus.FAILED)),
            Map.entry(EventType.RUN_CANCELLED, EnumSet.of(RunStatus.CANCELLED))));

    /** The events that only a run may have that has not ended. */
    private static final Set<EventType> OF_THE_LIVING = EnumSet.of(
            EventType.RUN_STARTED,
            EventType.RUN_WAITING,
            EventType.RUN_PAUSING,
            EventType.RUN_PAUSED,
            EventType.RUN_UNPAUSED,
            EventType.RUN_COMPLETED,
            EventType.RUN_FAILED,
            EventType.RUN_CANCELLED,
            EventType.NODE_STARTED,
            EventType.NODE_COMPLETED,
            EventType.NODE_FAILED,
            EventType.NODE_RETRYING,
            EventType.NODE_WAITING,
            EventType.NODE_REMINDED,
            EventType.NODE_CANCELLED);

    private StatusChanges() {}

    static boolean areLegal(RunStatus before, EventType type, RunStatus after) {
        if (before.isEnded() && OF_THE_LIVING.contains(type)) {
            return false;
        }
        return before == after
                ? true
                : Objects.requireNonNullElse(LEADS_TO.get(type), Set.<RunStatus>of())
                        .contains(after);
    }
}
