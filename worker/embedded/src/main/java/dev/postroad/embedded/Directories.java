package dev.postroad.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/** Work on whole directory trees, which {@link Files} leaves to its callers. Thread-safe. */
public final class Directories {
    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

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

    /**
     * Copies a directory and all that is in it, with its rights and links as they are.
     *
     * @param to is not there yet; what it is to be in is
     */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Files.copy(
                        path,
                        to.resolve(from.relativize(path)),
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
            }
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    /**
     * Lets nobody but the owner read or change what is in a directory, nor see what there is.
     *
     * @return whether others could do so before
     * @throws IOException where its rights cannot be changed, as it belongs to somebody else
     */
    static boolean keepPrivate(Path directory) throws IOException {
        if (!Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)) {
            return false;
        }
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(directory);
        if (Collections.disjoint(rights, OF_OTHERS)) {
            return false;
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        return true;
    }

    /** Lets others go to what they may use in a private directory, without seeing what there is. */
    static void letPass(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
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
