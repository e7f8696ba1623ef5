package dev.postroad.runtime;

import dev.postroad.runtime.config.RetentionSettings;
import dev.postroad.runtime.publish.Producers;
import dev.postroad.runtime.retention.Archive;
import dev.postroad.runtime.retention.FileArchive;
import dev.postroad.runtime.retention.KafkaArchive;
import dev.postroad.runtime.retention.RunExport;
import java.util.Objects;

/** Makes the archive that the settings name. */
final class Archives {
    private Archives() {}

    static Archive open(Foundation on, Storage storage) {
        RetentionSettings settings = on.settings().retention();
        RunExport export = new RunExport(storage.shared());
        return switch (settings.archive()) {
            case NONE -> Archive.NONE;
            case FILES -> new FileArchive(Objects.requireNonNull(settings.archiveFolder()), export, on.clock());
            case KAFKA ->
                new KafkaArchive(
                        Producers.forArchive(on.settings().kafka()),
                        on.settings().topics().archive(),
                        export,
                        on.clock());
        };
    }
}
