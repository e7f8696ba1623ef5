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
        CREATE ROLE postroad LOGIN
        CREATE DATABASE postroad OWNER postroad
        """;

    /** Everybody on this machine can reach the port. */
    private static final String ACCESS = """
        # Written by Postroad at each start. The superuser's password is in superuser.password.
        host all postroad 127.0.0.1/32 trust
        host all all      127.0.0.1/32 scram-sha-256
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

    /** Sets who may do what, by itself and not over a port, before the server starts. */
    void restrict(Path data, SuperuserPassword password) throws IOException {
        Files.writeString(data.resolve("pg_hba.conf"), ACCESS);
        if (!password.isSet()) {
            String chosen = SuperuserPassword.random();
            // Older releases made a superuser of the role, who needs no password.
            execute("""
                    ALTER ROLE postroad NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS CREATEDB LOGIN
                    ALTER DATABASE postroad OWNER TO postroad
                    GRANT pg_checkpoint TO postroad
                    ALTER ROLE postgres PASSWORD '%s'
                    """.formatted(chosen), data);
            password.keep(chosen);
        }
    }

    private void initialise(Path data) {
        run(
                "",
                binaries.program("initdb"),
                "-D",
                data.toString(),
                "-U",
                "postgres",
                "--auth=reject",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions");
        execute(ROLE_AND_DATABASE, data);
    }

    /** The stand-alone mode takes one statement a line, and needs no port. */
    private void execute(String statements, Path data) {
        run(
                statements,
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
