package dev.postroad.runtime.agent.plugin;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * By what a change of a jar is noticed.
 *
 * @param bytes its size
 * @param file tells a file from another that took its place; null where the file system knows no such thing
 */
record JarStamp(long bytes, Instant modifiedAt, @Nullable Object file) {
    /** The jars of a folder by their file names; those that go away meanwhile are left out. */
    static SortedMap<String, JarStamp> allIn(Path folder) throws IOException {
        SortedMap<String, JarStamp> stamps = new TreeMap<>();
        List<Path> jars;
        try (Stream<Path> files = Files.list(folder)) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
        for (Path jar : jars) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(jar, BasicFileAttributes.class);
                if (attributes.isRegularFile()) {
                    stamps.put(String.valueOf(jar.getFileName()), of(attributes));
                }
            } catch (FileSystemException gone) {
                // As if it had never been there.
            }
        }
        return stamps;
    }

    /** Whether a jar is still as it was. */
    boolean isOf(Path jar) {
        try {
            return equals(of(Files.readAttributes(jar, BasicFileAttributes.class)));
        } catch (IOException gone) {
            return false;
        }
    }

    private static JarStamp of(BasicFileAttributes attributes) {
        return new JarStamp(attributes.size(), attributes.lastModifiedTime().toInstant(), attributes.fileKey());
    }

    boolean isOlderThan(Duration age, Instant now) {
        return modifiedAt.plus(age).isBefore(now);
    }
}
