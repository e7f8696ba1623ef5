package dev.postroad.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file system of its own in a file, which can be full without the machine's being so. Confined to one thread. */
final class SmallDisk implements AutoCloseable {
    private static final String SIZE = "6G";
    private static final long REST_BYTES = 16L << 20;

    private final Path mounted;

    private SmallDisk(Path mounted) {
        this.mounted = mounted;
    }

    /** Mounts one at a path; empty where this user may not, or programs for it are missing. */
    static Optional<SmallDisk> at(Path mounted) throws IOException, InterruptedException {
        Path image = mounted.resolveSibling(mounted.getFileName() + ".image");
        Files.createDirectories(mounted);
        try {
            boolean isMounted = Signals.run("truncate", "-s", SIZE, image.toString()) == 0
                    && Signals.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString()) == 0
                    && Signals.run("mount", "-o", "loop", image.toString(), mounted.toString()) == 0;
            if (isMounted) {
                Files.delete(mounted.resolve("lost+found"));
                return Optional.of(new SmallDisk(mounted));
            }
        } catch (IOException noSuchProgram) {
            System.err.println("no small disk: " + noSuchProgram.getMessage());
        }
        Files.deleteIfExists(image);
        return Optional.empty();
    }

    /** Leaves nothing of its room. */
    void fill() throws IOException, InterruptedException {
        long room = Math.max(1, Files.getFileStore(mounted).getUsableSpace() - REST_BYTES);
        Signals.run("fallocate", "-l", Long.toString(room), ballast().toString());
        Signals.run("dd", "if=/dev/zero", "of=" + ballast() + ".rest", "bs=4096");
    }

    /** Gives its room back. */
    void free() throws IOException {
        Files.deleteIfExists(ballast());
        Files.deleteIfExists(Path.of(ballast() + ".rest"));
    }

    private Path ballast() {
        return mounted.resolve("ballast");
    }

    @Override
    public void close() throws IOException {
        try {
            Signals.run("umount", mounted.toString());
            Files.deleteIfExists(mounted.resolveSibling(mounted.getFileName() + ".image"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
