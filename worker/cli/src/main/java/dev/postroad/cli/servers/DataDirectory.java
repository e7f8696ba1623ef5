package dev.postroad.cli.servers;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the embedded servers keep their data. */
public final class DataDirectory {
    private DataDirectory() {}

    /** The directory of the settings, or else of the surroundings. */
    public static Path of(Surroundings surroundings, Variables variables) {
        return variables.given(Setting.DATA_DIR).map(Path::of).orElse(surroundings.defaultData());
    }

    /** The folder for jars with Java agents. */
    static Path pluginsMadeIfAbsent(Path directory) {
        try {
            return Files.createDirectories(directory.resolve("plugins"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The file that tells where the servers of a directory listen, as long as they run. */
    static Path addressFile(Path directory) {
        return directory.resolve("embedded.json");
    }
}
