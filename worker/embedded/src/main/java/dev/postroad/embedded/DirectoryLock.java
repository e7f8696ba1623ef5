package dev.postroad.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to run the servers of a directory. The kernel takes it back when its process ends, however it ends.
 *
 * <p>Safe for use by many threads.
 */
final class DirectoryLock implements AutoCloseable {
    /** The kernel drops a process's lock when the process closes the file by any handle: so we open it once only. */
    private static final Set<Path> HELD_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock, unless this or another live process has it. */
    static Optional<DirectoryLock> tryTake(Path file) {
        if (!HELD_BY_THIS_PROCESS.add(file)) {
            return Optional.empty();
        }
        Optional<DirectoryLock> taken = Optional.empty();
        try {
            taken = lock(file);
            return taken;
        } catch (IOException failed) {
            throw new EmbeddedServerException("Cannot lock " + file, failed);
        } finally {
            if (taken.isEmpty()) {
                HELD_BY_THIS_PROCESS.remove(file);
            }
        }
    }

    boolean isHeld() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        if (!isHeld()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException failed) {
            throw new EmbeddedServerException("Cannot release " + file, failed);
        } finally {
            HELD_BY_THIS_PROCESS.remove(file);
        }
    }

    private static Optional<DirectoryLock> lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() != null) {
            return Optional.of(new DirectoryLock(file, channel));
        }
        channel.close();
        return Optional.empty();
    }
}
