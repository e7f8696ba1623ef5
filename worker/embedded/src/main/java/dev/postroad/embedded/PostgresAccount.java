package dev.postroad.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Under which account PostgreSQL's programs run, since they refuse to run as root.
 *
 * <p>A user namespace without a mapping is preferred: there root's own files stay its own, so that no owner changes and
 * the data may lie below {@code /root}. Some containers forbid it; then the programs run as {@code nobody}.
 *
 * @param prefix what stands before each command; empty for an ordinary user
 * @param owner the name of the user that must own the data
 */
record PostgresAccount(List<String> prefix, String owner) {
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);
    private static final String NOBODY = "nobody";

    /**
     * The capability lets nobody pass through directories that only root may enter; the secure bit lets it count in
     * access(2) too, by which PostgreSQL looks for its own programs.
     */
    private static final List<PostgresAccount> WAYS_OUT_OF_ROOT = List.of(
            new PostgresAccount(List.of("unshare", "-U"), "root"),
            new PostgresAccount(
                    List.of(
                            "setpriv",
                            "--reuid=nobody",
                            "--regid=65534",
                            "--clear-groups",
                            "--inh-caps=+dac_override",
                            "--ambient-caps=+dac_override",
                            "--securebits=+no_setuid_fixup"),
                    NOBODY),
            new PostgresAccount(List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups"), NOBODY),
            new PostgresAccount(List.of("runuser", "-u", NOBODY, "--"), NOBODY));

    PostgresAccount {
        prefix = List.copyOf(prefix);
    }

    /**
     * The first account that is not root and can run the programs. Where none can pass the private directory, it is
     * opened for passing.
     */
    static PostgresAccount whichCanRun(PostgresBinaries binaries, Path directory) throws IOException {
        var current = new PostgresAccount(List.of(), System.getProperty("user.name"));
        if (!succeeds(List.of("sh", "-c", "test \"$(id -u)\" -eq 0"))) {
            return current;
        }
        Optional<PostgresAccount> able = able(binaries);
        if (able.isEmpty()) {
            Directories.letPass(directory);
            Directories.letPass(directory.resolveSibling(""));
            able = able(binaries);
        }
        return able.orElseThrow(() -> noWayOutOfRoot(binaries));
    }

    private static Optional<PostgresAccount> able(PostgresBinaries binaries) {
        return WAYS_OUT_OF_ROOT.stream()
                .filter(account -> account.canRun(binaries))
                .findFirst();
    }

    List<String> command(List<String> program) {
        return Stream.concat(prefix.stream(), program.stream()).toList();
    }

    /** Gives the data to this account where another account, or root, has it. */
    void own(Path data) throws IOException {
        if (prefix.isEmpty() || Files.getOwner(data).getName().equals(owner)) {
            return;
        }
        UserPrincipal user =
                data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner);
        Directories.giveTo(user, data);
    }

    private boolean canRun(PostgresBinaries binaries) {
        String probe = "test \"$(id -u)\" -ne 0 && exec \"$0\" --version";
        return succeeds(command(List.of("sh", "-c", probe, binaries.program("initdb"))));
    }

    private static boolean succeeds(List<String> command) {
        return ChildCommand.run(command, "", Redirect.DISCARD, PROBE_LIMIT) == 0;
    }

    private static EmbeddedServerException noWayOutOfRoot(PostgresBinaries binaries) {
        String tried = WAYS_OUT_OF_ROOT.stream()
                .map(account -> String.join(" ", account.prefix()))
                .collect(Collectors.joining("; "));
        return new EmbeddedServerException("PostgreSQL does not run as root, and none of these could run "
                + binaries.program("initdb") + " as another user: " + tried
                + ". Run this as an ordinary user, or put the data where the user nobody may go.");
    }
}
