package dev.postroad.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code embedded.json} tells other processes: where the servers of this directory listen.
 *
 * @param pid the process that runs them; what a dead one has left behind counts for nothing
 */
record EmbeddedAddresses(
        long pid, String kafka, String postgres, @Nullable String http, String llm) {
    private static final ObjectMapper JSON = new ObjectMapper();

    EmbeddedAddresses withHttp(String address) {
        return new EmbeddedAddresses(pid, kafka, postgres, address, llm);
    }

    static Optional<EmbeddedAddresses> read(Path file) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), EmbeddedAddresses.class))
                    .filter(EmbeddedAddresses::isAlive);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new EmbeddedServerException("Cannot read " + file + "; delete it", unreadable);
        }
    }

    void write(Path file) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean isAlive() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }
}
