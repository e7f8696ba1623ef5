package dev.postroad.cli;

import dev.postroad.cli.agents.AgentsCommand;
import dev.postroad.cli.arguments.DurationArgument;
import dev.postroad.cli.arguments.PointInTime;
import dev.postroad.cli.arguments.WholeArgument;
import dev.postroad.cli.definitions.DefinitionCommands;
import dev.postroad.cli.logging.LogEncoder;
import dev.postroad.cli.looking.LookingCommands;
import dev.postroad.cli.retention.RetentionCommands;
import dev.postroad.cli.running.RunningCommands;
import dev.postroad.cli.schedules.SchedulesCommand;
import dev.postroad.cli.serving.ServingCommands;
import dev.postroad.cli.shell.BrokenProcess;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.steering.SteeringCommands;
import dev.postroad.runtime.config.LogFormat;
import dev.postroad.runtime.config.Variables;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code postroad} command. */
@Command(
        name = "postroad",
        description = {
            "Runs agent graphs durably on Kafka and Postgres.",
            "Without POSTROAD_KAFKA_BOOTSTRAP_SERVERS, on embedded ones that keep their data in .postroad."
        },
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; the run completed",
            "1:something failed; the run failed",
            "2:bad arguments, settings or definitions; the trigger was refused",
            "3:the run was cancelled",
            "4:the run is not done in time",
            "5:the worker in this process ran out of memory, or lost a thread that it lives on; start it again"
        })
public final class Postroad implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // It is picocli that reads it, and the next one.
    private boolean helpWanted;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable")
    private boolean versionWanted;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show where an error comes from.")
    private boolean verbose;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Postroad() {}

    /** Does what the arguments say, and ends the process with the exit code. */
    public static void main(String[] arguments) {
        Surroundings surroundings = Surroundings.ofProcess();
        LogEncoder.use(LogFormat.of(Variables.of(surroundings.environment())));
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        BrokenProcess.prepare();
        System.exit(run(surroundings, arguments));
    }

    /** Does what the arguments say; what was opened is closed again. */
    static int run(Surroundings surroundings, String... arguments) {
        try {
            return commandLine(surroundings).execute(arguments);
        } finally {
            surroundings.shutdown().run();
        }
    }

    static CommandLine commandLine(Surroundings surroundings) {
        var root = new Postroad();
        var errors = new ErrorMessages(surroundings, () -> root.verbose);
        var line = new CommandLine(root);
        RunningCommands.all(surroundings).forEach(line::addSubcommand);
        ServingCommands.all(surroundings).forEach(line::addSubcommand);
        DefinitionCommands.all(surroundings).forEach(line::addSubcommand);
        line.addSubcommand(AgentsCommand.of(surroundings));
        line.addSubcommand(SchedulesCommand.of(surroundings));
        SteeringCommands.all(surroundings).forEach(line::addSubcommand);
        LookingCommands.all(surroundings).forEach(line::addSubcommand);
        RetentionCommands.all(surroundings).forEach(line::addSubcommand);
        Objects.requireNonNull(line.getSubcommands().get("import"))
                .addSubcommand(DefinitionCommands.importOfGraphs(surroundings));
        return line.registerConverter(int.class, WholeArgument::read)
                .registerConverter(Integer.class, WholeArgument::read)
                .registerConverter(Duration.class, DurationArgument::read)
                .registerConverter(PointInTime.class, PointInTime::read)
                .setOut(Writers.of(surroundings.out()))
                .setErr(Writers.of(surroundings.err()))
                .setAbbreviatedOptionsAllowed(false)
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command, or see --help");
    }
}
