package dev.postroad.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file that a server writes its log to; one older file is kept, so that the log does not grow for ever. */
record ServerLog(Path file) {
    private static final long ROLL_AT_BYTES = 16L << 20;
    private static final int TAIL_BYTES = 4_096;

    void rollIfLarge() throws IOException {
        if (Files.exists(file) && Files.size(file) > ROLL_AT_BYTES) {
            Path older = file.resolveSibling(file.getFileName() + ".1");
            Files.move(file, older, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The failure with the end of the log, where its reason stands. */
    EmbeddedServerException failure(String message) {
        return new EmbeddedServerException(message + ". The end of " + file + ":\n" + tail());
    }

    private String tail() {
        try (var log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(Math.max(0, log.length() - TAIL_BYTES));
            byte[] end = new byte[(int) Math.min(TAIL_BYTES, log.length())];
            log.readFully(end);
            return new String(end, StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            return "(cannot be read: " + unreadable.getMessage() + ")";
        }
    }
}
