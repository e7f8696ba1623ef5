package dev.postroad.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs, unpacked. Unpacking takes seconds, so that it is done once for each version; the directory
 * appears complete or not at all.
 */
record PostgresBinaries(Path directory) {
    /**
     * A system property: a folder that they were unpacked into before. To copy them from there takes a tenth of a second,
     * and to unpack them takes seconds of a processor, which is much for whoever starts many servers on new data.
     */
    private static final String UNPACKED = "postroad.postgres.unpacked";

    private static final int EXECUTABLE = 0b001_000_000;

    static PostgresBinaries unpackInto(Path parent) throws IOException {
        Path complete = parent.resolve("postgres-" + version());
        if (!Files.isDirectory(complete)) {
            Path partial = parent.resolve(complete.getFileName() + ".partial");
            Directories.delete(partial);
            if (!isCopied(complete.getFileName(), partial)) {
                unpack(Platform.current(), partial);
            }
            Files.move(partial, complete, StandardCopyOption.ATOMIC_MOVE);
        }
        return new PostgresBinaries(complete.toAbsolutePath());
    }

    private static boolean isCopied(Path name, Path into) throws IOException {
        String unpacked = System.getProperty(UNPACKED, "");
        Path from = Path.of(unpacked).resolve(name);
        if (unpacked.isEmpty() || !Files.isDirectory(from)) {
            return false;
        }
        Directories.copy(from, into);
        return true;
    }

    String program(String name) {
        return directory.resolve("bin").resolve(name).toString();
    }

    private static String version() throws IOException {
        try (InputStream resource = PostgresBinaries.class.getResourceAsStream("postgres.version")) {
            if (resource == null) {
                throw new EmbeddedServerException("The resource postgres.version is missing from postroad-embedded");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    private static void unpack(Platform platform, Path into) throws IOException {
        try (InputStream archive = PostgresBinaries.class.getResourceAsStream("/" + platform.archive());
                var tar = new TarArchiveInputStream(
                        new XZInputStream(new BufferedInputStream(requirePresent(archive, platform))))) {
            Files.createDirectories(into);
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(entry, tar, into);
            }
        }
    }

    private static InputStream requirePresent(@Nullable InputStream archive, Platform platform) {
        if (archive == null) {
            throw new EmbeddedServerException("The PostgreSQL programs for this machine are not on the class path: add"
                    + " the Maven artifact io.zonky.test.postgres:" + platform.artifact() + ", which holds "
                    + platform.archive() + ", or start a PostgreSQL yourself and set POSTROAD_POSTGRES_URL.");
        }
        return archive;
    }

    private static void unpack(TarArchiveEntry entry, TarArchiveInputStream content, Path into) throws IOException {
        Path path = into.resolve(entry.getName()).normalize();
        if (!path.startsWith(into)) {
            throw new IOException("The archive has an entry outside of itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.resolveSibling(""));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, path);
        if ((entry.getMode() & EXECUTABLE) != 0) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
