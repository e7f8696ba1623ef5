package dev.postroad.runtime.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of runs that have ended.
 *
 * @param keep how long they are kept where their graph does not say; null for ever
 * @param prunedIds how long the ids of those that were deleted stay known
 */
public record RetentionSettings(@Nullable Duration keep, Duration prunedIds) {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    static RetentionSettings read(SettingReader reader) {
        boolean given = reader.text(Setting.RETENTION) != null;
        return new RetentionSettings(
                given ? reader.duration(Setting.RETENTION, Duration.ofSeconds(1), LONGEST) : null,
                reader.duration(Setting.PRUNED_IDS, Duration.ZERO, LONGEST));
    }
}
