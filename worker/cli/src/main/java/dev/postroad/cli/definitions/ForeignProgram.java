package dev.postroad.cli.definitions;

import dev.postroad.cli.shell.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a program in another language, and keeps what it says. */
final class ForeignProgram {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int MOST_BYTES = 16 << 20;

    /** What a program said. */
    record Said(int exitCode, String out, String err) {}

    private ForeignProgram() {}

    /**
     * Runs one until it ends.
     *
     * @param folder where it begins
     * @param command the program, by the name that people know it by, and its arguments
     * @throws CommandException where there is no such program, or it does not end
     */
    static Said run(Path folder, List<String> command) {
        Process process = start(folder, command);
        try {
            process.getOutputStream().close();
            CompletableFuture<String> out = said(process.getInputStream());
            CompletableFuture<String> err = said(process.getErrorStream());
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw CommandException.failed(command.getFirst() + " has not read the file within " + LIMIT.toSeconds()
                        + " s; see that the module ends what it begins");
            }
            return new Said(process.exitValue(), out.join(), err.join());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw CommandException.failed("stopped");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(Path folder, List<String> command) {
        try {
            return new ProcessBuilder(command).directory(folder.toFile()).start();
        } catch (IOException absent) {
            throw CommandException.failed(
                    command.getFirst() + " cannot be started; install it: " + absent.getMessage());
        }
    }

    /** What is beyond the most that is kept is read all the same, or the program would wait for us. */
    private static CompletableFuture<String> said(InputStream stream) {
        CompletableFuture<String> said = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (stream) {
                byte[] kept = stream.readNBytes(MOST_BYTES);
                stream.transferTo(OutputStream.nullOutputStream());
                said.complete(new String(kept, StandardCharsets.UTF_8));
            } catch (IOException broken) {
                said.completeExceptionally(broken);
            }
        });
        return said;
    }
}
