package dev.postroad.cli.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who uses embedded servers that another process runs: each user holds a share of the lock, and who runs the servers
 * stops them only with all of it. The kernel takes it back when its process ends, however it ends.
 */
final class UseLock implements AutoCloseable {
    private static final String FILE = "users.lock";

    private final FileChannel channel;

    private UseLock(FileChannel channel) {
        this.channel = channel;
    }

    /** A share, unless the servers are about to stop. */
    static Optional<UseLock> share(Path directory) {
        return take(directory, true);
    }

    /** All of it, unless somebody has a share. */
    static Optional<UseLock> whole(Path directory) {
        return take(directory, false);
    }

    private static Optional<UseLock> take(Path directory, boolean shared) {
        try {
            FileChannel channel = FileChannel.open(
                    directory.resolve(FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (lock(channel, shared) != null) {
                return Optional.of(new UseLock(channel));
            }
            channel.close();
            return Optional.empty();
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }
}
