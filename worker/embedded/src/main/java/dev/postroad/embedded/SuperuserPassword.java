package dev.postroad.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The file with the password of the superuser, which only the owner of the data can read. */
record SuperuserPassword(Path file) {
    private static final int BYTES = 24;

    static SuperuserPassword in(Path postgresDirectory) {
        return new SuperuserPassword(postgresDirectory.resolve("superuser.password"));
    }

    boolean isSet() {
        return Files.exists(file);
    }

    static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Keeps the password; the file is there whole or not at all. */
    void keep(String password) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.deleteIfExists(partial);
        Files.createFile(partial);
        Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(partial, password, StandardCharsets.US_ASCII);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    String read() {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException unreadable) {
            throw new EmbeddedServerException("Cannot read " + file, unreadable);
        }
    }
}
