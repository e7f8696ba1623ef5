package dev.postroad.runtime.debounce;

import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A trigger that waits whether another one of its key comes.
 *
 * @param target the graph or agent that it names, such as {@code graph/report}; keys of others are others
 * @param runId the run that it is for
 * @param writtenAt when its record was written, in whole milliseconds
 * @param within how long the next one may come after it
 * @param trigger as it is to be sent when it is the one that runs
 * @param traceParent W3C trace context; null where it had none
 */
public record HeldTrigger(
        String target,
        String key,
        String runId,
        Instant writtenAt,
        Duration within,
        Trigger trigger,
        @Nullable String traceParent,
        Origin origin) {
    /** Two records are never at the same place, so one of two is always the later. */
    static final Comparator<HeldTrigger> BY_TIME = Comparator.comparing(HeldTrigger::writtenAt)
            .thenComparing(held -> held.origin().topic())
            .thenComparingInt(held -> held.origin().partition())
            .thenComparingLong(held -> held.origin().offset());

    /** Whether another one is read from the same record. */
    boolean isSame(HeldTrigger other) {
        return origin.partition() == other.origin.partition()
                && origin.offset() == other.origin.offset()
                && origin.topic().equals(other.origin.topic())
                && Objects.equals(origin.topicId(), other.origin.topicId());
    }

    /** Whether another one is for the same run, of another record. */
    boolean isRepeatOf(HeldTrigger other) {
        return runId.equals(other.runId) && !isSame(other);
    }

    /** As it is once it was stored: what is less than a millisecond is not. */
    HeldTrigger inMillis() {
        Duration stored = Duration.ofMillis(within.toMillis());
        return stored.equals(within)
                ? this
                : new HeldTrigger(target, key, runId, writtenAt, stored, trigger, traceParent, origin);
    }

    /** The place of its record, for people and to compare. */
    public String place() {
        return origin.topic() + ":" + origin.partition() + ":" + origin.offset();
    }
}
