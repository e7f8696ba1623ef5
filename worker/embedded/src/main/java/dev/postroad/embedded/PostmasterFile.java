package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code postmaster.pid}, by which a running PostgreSQL claims its data directory and tells its state.
 *
 * <p>The file outlives a server that was killed, and its process id may then belong to anyone: so the id counts only
 * while its process has our data directory on its command line.
 */
record PostmasterFile(Path data) {
    private static final int PID_LINE = 0;
    private static final int STATUS_LINE = 7;

    boolean saysReady() {
        List<String> lines = lines();
        return lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
    }

    /** The running server of this data directory, if there is one. */
    Optional<ProcessHandle> server() {
        return lines().stream()
                .skip(PID_LINE)
                .findFirst()
                .flatMap(PostmasterFile::processOf)
                .filter(this::servesOurData);
    }

    /** Waits until no server has the data, such as one that still stops since its JVM was killed. */
    void awaitNoServer(Duration limit) throws IOException {
        if (Poll.until(limit, "waiting for the previous PostgreSQL to stop", this::absence)
                .isEmpty()) {
            throw new EmbeddedServerException("Another PostgreSQL, process "
                    + server().map(ProcessHandle::pid).orElse(-1L) + ", still uses " + data + " after " + limit
                    + "; stop the command that started it.");
        }
        Files.deleteIfExists(path());
    }

    private Optional<PostmasterFile> absence() {
        return server().isEmpty() ? Optional.of(this) : Optional.empty();
    }

    private static Optional<ProcessHandle> processOf(String line) {
        try {
            return ProcessHandle.of(Long.parseLong(line.strip()));
        } catch (NumberFormatException halfWritten) {
            return Optional.empty();
        }
    }

    private boolean servesOurData(ProcessHandle process) {
        return process.info()
                .arguments()
                .filter(arguments -> Arrays.asList(arguments).contains(data.toString()))
                .isPresent();
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(path());
        } catch (NoSuchFileException noServer) {
            return List.of();
        } catch (IOException unreadable) {
            throw new EmbeddedServerException("Cannot read " + path(), unreadable);
        }
    }

    private Path path() {
        return data.resolve("postmaster.pid");
    }
}
