package dev.postroad.cli.retention;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.retention.ImportException;
import dev.postroad.runtime.retention.RunImport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Bring a run back that was exported, or archived before it was pruned: as one that has ended, to be looked at and"
                    + " forked.",
            "It is kept for as long as its retention says, from now on."
        },
        synopsisSubcommandLabel = "[COMMAND]")
final class ImportCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    /** Empty where a command of its own is asked for. */
    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "What `postroad export` wrote, or an archive; - for the standard input.")
    private String file = "";

    ImportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, SQLException {
        if (file.isEmpty()) {
            throw CommandException.usage(
                    "name a FILE that `postroad export` wrote, or an archive; - for the standard input");
        }
        if (!file.equals("-") && !Files.isReadable(Path.of(file))) {
            throw CommandException.usage(file + ": cannot be read; name a file that is there");
        }
        RunImport postgres = Servers.open(surroundings, Need.POSTGRES).runImport();
        try (InputStream in = file.equals("-") ? surroundings.in() : Files.newInputStream(Path.of(file))) {
            RunImport.Imported run = postgres.read(in);
            surroundings.print("run " + run.runId() + ", " + run.status() + ", " + run.events() + " events");
            return ExitCode.COMPLETED;
        } catch (ImportException refused) {
            throw CommandException.failed(file + ": " + refused.getMessage());
        } catch (IOException unreadable) {
            throw CommandException.failed(file + " cannot be read: " + unreadable);
        }
    }
}
