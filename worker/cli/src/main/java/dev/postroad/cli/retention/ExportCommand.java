package dev.postroad.cli.retention;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.FileTrouble;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.retention.RunExport;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        description = {
            "Write an ended run with all that is known of it, as lines of JSON, for `postroad import`.",
            "Archives of pruned runs are written in the same way."
        })
final class ExportCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to; compressed if its name ends with .gz. By default to the standard output.")
    private @Nullable Path output;

    ExportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, SQLException {
        String id = run.id();
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        RunExport.Found found;
        try {
            found = output == null
                    ? servers.runExport().write(id, surroundings.out())
                    : write(servers.runExport(), id, output);
        } catch (IOException unwritable) {
            throw CommandException.failed((output == null ? "the output" : output) + ": cannot be written, "
                    + FileTrouble.of(unwritable, "as its folder is not there"));
        }
        return switch (found) {
            case WRITTEN -> {
                if (output != null) {
                    surroundings.say("run " + id + " is in " + output);
                }
                yield ExitCode.COMPLETED;
            }
            case UNDER_WAY ->
                throw CommandException.failed(
                        "run " + id + " has not ended, so that there is more to come; export it when it has");
            case NONE -> throw NoSuchRun.named(id, servers.history());
        };
    }

    /** What breaks off leaves no file that looks whole; what is there beside it is somebody else's. */
    private static RunExport.Found write(RunExport export, String id, Path file) throws IOException, SQLException {
        Path part = file.resolveSibling(UUID.randomUUID() + ".part");
        try {
            RunExport.Found found;
            try (OutputStream out = stream(part, file)) {
                found = export.write(id, out);
            }
            if (found == RunExport.Found.WRITTEN) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
            return found;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static OutputStream stream(Path part, Path file) throws IOException {
        OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        return file.getFileName().toString().endsWith(".gz") ? new GZIPOutputStream(out) : out;
    }
}
