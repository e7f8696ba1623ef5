package dev.postroad.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.stream.Stream;

/** Work on whole directory trees, which {@link Files} leaves to its callers. Thread-safe. */
public final class Directories {
    private Directories() {}

    /**
     * Deletes a directory and all that is in it; does nothing where there is none.
     *
     * @throws IOException where something cannot be deleted; what was deleted before is gone
     */
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    static void giveTo(UserPrincipal owner, Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.toList()) {
                Files.getFileAttributeView(path, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setOwner(owner);
            }
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }
}
