package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Spares a test the seconds of unpacking, where it is about something else. */
final class UnpackedBinaries {
    private UnpackedBinaries() {}

    static void copyInto(Path postgresDirectory) throws IOException {
        Path cache = Files.createDirectories(Path.of("target", "unpacked")).toAbsolutePath();
        Path unpacked = PostgresBinaries.unpackInto(cache).directory();
        Files.createDirectories(postgresDirectory);
        try (Stream<Path> tree = Files.walk(unpacked)) {
            for (Path path : tree.toList()) {
                Files.copy(
                        path,
                        postgresDirectory.resolve(cache.relativize(path)),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
