package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Spares a test the seconds of unpacking, where it is about something else; the tests of other modules copy them too. */
final class UnpackedBinaries {
    private UnpackedBinaries() {}

    static void copyInto(Path postgresDirectory) throws IOException {
        Path cache = Files.createDirectories(Path.of("target", "unpacked")).toAbsolutePath();
        Path unpacked = PostgresBinaries.unpackInto(cache).directory();
        Files.createDirectories(postgresDirectory);
        Directories.copy(unpacked, postgresDirectory.resolve(unpacked.getFileName()));
    }
}
