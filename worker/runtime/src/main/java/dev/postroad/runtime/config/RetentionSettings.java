package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fields;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of runs that have ended.
 *
 * @param keep how long they are kept where their graph does not say; null for ever
 * @param archive where they are kept before they are deleted
 * @param archiveFolder the folder for {@link ArchiveKind#FILES}; null for the others
 * @param prunedIds how long the ids of those that were deleted stay known
 */
public record RetentionSettings(
        @Nullable Duration keep,
        ArchiveKind archive,
        @Nullable Path archiveFolder,
        Duration prunedIds) {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    static RetentionSettings read(SettingReader reader) {
        boolean given = reader.text(Setting.RETENTION) != null;
        ArchiveKind archive = archive(reader);
        return new RetentionSettings(
                given ? reader.duration(Setting.RETENTION, Duration.ofSeconds(1), LONGEST) : null,
                archive,
                archive == ArchiveKind.FILES ? folder(reader) : null,
                reader.duration(Setting.PRUNED_IDS, Duration.ZERO, LONGEST));
    }

    private static ArchiveKind archive(SettingReader reader) {
        String given =
                reader.required(Setting.ARCHIVE, "use none, kafka or files").strip();
        return Arrays.stream(ArchiveKind.values())
                .filter(kind -> kind.publicName().equals(given))
                .findFirst()
                .orElseGet(() -> {
                    reader.fault(Setting.ARCHIVE, "is " + Fields.quoted(given), "use none, kafka or files");
                    return ArchiveKind.NONE;
                });
    }

    private static @Nullable Path folder(SettingReader reader) {
        if (reader.required(Setting.ARCHIVE_DIR, "name a folder that this worker can write to")
                .isEmpty()) {
            return null;
        }
        return reader.folder(Setting.ARCHIVE_DIR);
    }
}
