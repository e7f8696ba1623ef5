package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder of the embedded servers, and what is in it: for its owner alone, whatever the umask says, and whatever an
 * older release has made. Thread-safe.
 */
public final class DataFolder {
    private static final Set<String> FOLDERS = Set.of("kafka", "postgres", "plugins");
    private static final Set<String> FILES =
            Set.of("embedded.json", "embedded.json.partial", "embedded.lock", "users.lock");

    private DataFolder() {}

    /**
     * Makes the folder where it is not there, and lets nobody but its owner into it. A folder that also holds what is not
     * ours is left as it is, but for our own folders in it.
     *
     * @return whether others could read something before
     * @throws EmbeddedServerException where it cannot be made, or belongs to somebody else
     */
    public static boolean keepPrivate(Path folder) {
        try {
            Files.createDirectories(folder);
            boolean isNarrowed = holdsOnlyOurs(folder) && Directories.keepPrivate(folder);
            for (String ours : FOLDERS) {
                if (Files.isDirectory(folder.resolve(ours))) {
                    isNarrowed |= Directories.keepPrivate(folder.resolve(ours));
                }
            }
            return isNarrowed;
        } catch (IOException failed) {
            throw new EmbeddedServerException(
                    "The folder " + folder + " cannot be used (" + failed
                            + "). Let its owner run this, or name another folder by POSTROAD_DATA_DIR.",
                    failed);
        }
    }

    private static boolean holdsOnlyOurs(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .allMatch(name -> FOLDERS.contains(name) || FILES.contains(name));
        }
    }
}
