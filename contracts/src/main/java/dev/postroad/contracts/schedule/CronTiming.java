package dev.postroad.contracts.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * The times of a cron expression, as the clocks of a zone show them.
 *
 * <p>The expression is asked for times on the clock, without a zone, and each is looked up in the zone after:
 *
 * <ul>
 *   <li>where clocks go forward, the times that they leave out are due once, all together, at the moment when they do;
 *   <li>where clocks go back, a time that they show twice is due once, at the first of the two.
 * </ul>
 */
public record CronTiming(CronExpression cron, ZoneId zone) implements Timing {
    @Override
    public Optional<Instant> after(Instant time) {
        try {
            Optional<LocalDateTime> next = cron.after(lastShown(time));
            while (next.isPresent()) {
                Instant due = instant(next.get());
                if (due.isAfter(time)) {
                    return Optional.of(due);
                }
                next = cron.after(next.get());
            }
            return Optional.empty();
        } catch (DateTimeException beyondAllTimes) {
            return Optional.empty();
        }
    }

    /** What the clocks show; where they show it for the second time, the last of all that they show twice. */
    private LocalDateTime lastShown(Instant time) {
        LocalDateTime shown = LocalDateTime.ofInstant(time, zone);
        ZoneOffsetTransition transition = zone.getRules().getTransition(shown);
        boolean isSecond = transition != null
                && transition.isOverlap()
                && zone.getRules().getOffset(time).equals(transition.getOffsetAfter());
        return isSecond ? transition.getDateTimeBefore().minusNanos(1) : shown;
    }

    /** Of a time that is shown twice the first, of one that is left out the moment when clocks go forward. */
    private Instant instant(LocalDateTime shown) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(shown);
        return transition != null && transition.isGap()
                ? transition.getInstant()
                : shown.atZone(zone).toInstant();
    }
}
