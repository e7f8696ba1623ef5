package dev.postroad.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * Creates a data directory with the role and the database {@code postroad}. It appears complete or not at all: a
 * process that is killed meanwhile leaves only a partial one, which the next start throws away.
 */
record PostgresData(PostgresBinaries binaries, PostgresAccount account, ServerLog log) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final String ROLE_AND_DATABASE = """
            CREATE ROLE postroad SUPERUSER LOGIN
            CREATE DATABASE postroad OWNER postroad
            """;

    void createIfAbsent(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            Path partial = data.resolveSibling(data.getFileName() + ".partial");
            Directories.delete(partial);
            Files.createDirectory(partial);
            account.own(partial);
            initialise(partial);
            Files.move(partial, data, StandardCopyOption.ATOMIC_MOVE);
        }
        account.own(data);
    }

    private void initialise(Path data) {
        run(
                "",
                binaries.program("initdb"),
                "-D",
                data.toString(),
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions");
        // The stand-alone mode takes one statement a line, and needs no port yet.
        run(
                ROLE_AND_DATABASE,
                binaries.program("postgres"),
                "--single",
                "-c",
                "exit_on_error=on",
                "-D",
                data.toString(),
                "postgres");
    }

    private void run(String input, String... command) {
        int exitCode = ChildCommand.run(
                account.command(List.of(command)),
                input,
                Redirect.appendTo(log.file().toFile()),
                LIMIT);
        if (exitCode != 0) {
            throw log.failure(command[0] + " failed with exit code " + exitCode);
        }
    }
}
