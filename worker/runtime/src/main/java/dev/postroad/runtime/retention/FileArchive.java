package dev.postroad.runtime.retention;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * Keeps runs in a folder: {@code <day>/<run id>.<number>.<last event>.jsonl.gz}, by the day on which they were archived.
 * A file that has its name is whole and on the disk; a {@code .part} is what a crash left of one, and of no use.
 * Thread-safe.
 */
public final class FileArchive implements Archive {
    private final Path folder;
    private final RunExport export;
    private final InstantSource clock;

    public FileArchive(Path folder, RunExport export, InstantSource clock) {
        this.folder = folder;
        this.export = export;
        this.clock = clock;
    }

    @Override
    public List<ArchivedRun> store(List<EndedRun> runs) throws SQLException, IOException {
        Path day = folder.resolve(
                clock.instant().atOffset(ZoneOffset.UTC).toLocalDate().toString());
        if (!Files.isDirectory(day)) {
            Files.createDirectories(day);
            toDisk(folder);
        }
        List<ArchivedRun> stored = new ArrayList<>();
        for (EndedRun run : runs) {
            write(run, day).ifPresent(lastSeq -> stored.add(new ArchivedRun(run, lastSeq)));
        }
        toDisk(day);
        return stored;
    }

    private Optional<Integer> write(EndedRun run, Path day) throws SQLException, IOException {
        String name = run.runId() + "." + run.number();
        // Nobody else's: workers may share the folder, and two of them archive a run whose shard moves.
        Path part = day.resolve(name + "." + UUID.randomUUID() + ".part");
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            GZIPOutputStream packed = new GZIPOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
            Optional<Integer> lastSeq = export.write(run.number(), packed);
            packed.finish();
            packed.flush();
            channel.force(true);
            if (lastSeq.isPresent()) {
                // Whoever lost the shard and is slow does not replace what the run's new owner stored of it since.
                Path file = day.resolve(name + "." + lastSeq.get() + ".jsonl.gz");
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return lastSeq;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** A name is on the disk when its folder is. */
    private static void toDisk(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {}
}
