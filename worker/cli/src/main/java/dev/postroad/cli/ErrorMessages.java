package dev.postroad.cli;

import dev.postroad.cli.logging.StackTrace;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClientException;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Likeness;
import dev.postroad.embedded.EmbeddedServerException;
import dev.postroad.runtime.availability.UnknownAgentException;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.schedule.ScheduleCommandException;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what went wrong and what to do. */
final class ErrorMessages implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final int MOST_EDITS_OF_A_SLIP = 2;

    private final Surroundings surroundings;
    private final BooleanSupplier verbose;

    ErrorMessages(Surroundings surroundings, BooleanSupplier verbose) {
        this.surroundings = surroundings;
        this.verbose = verbose;
    }

    @Override
    public int handleParseException(ParameterException unfit, String[] arguments) {
        String command = unfit.getCommandLine().getCommandSpec().qualifiedName();
        message(unfit).lines().forEach(line -> surroundings.say("postroad: " + line));
        surroundings.say("see `" + command + " --help`");
        return ExitCode.USAGE;
    }

    private static String message(ParameterException unfit) {
        CommandSpec command = unfit.getCommandLine().getCommandSpec();
        String message = String.valueOf(unfit.getMessage()).replace("option option ", "option ");
        if (!(unfit instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return message;
        }
        String first = unmatched.getUnmatched().getFirst();
        if (unmatched.isUnknownOption()) {
            // What follows it is most likely its value, and no mistake of its own.
            String option = first.contains("=") ? first.substring(0, first.indexOf('=')) : first;
            return "there is no option " + option
                    + suggestion(option, command.optionsMap().keySet());
        }
        return command.subcommands().isEmpty()
                ? first + ": is one argument too many"
                : "there is no command " + first
                        + suggestion(first, command.subcommands().keySet());
    }

    private static String suggestion(String given, Set<String> names) {
        String end = "-" + given.replaceFirst("^-+", "");
        return Likeness.nearest(given, names, MOST_EDITS_OF_A_SLIP)
                .or(() -> names.stream()
                        .filter(name -> name.endsWith(end))
                        .sorted()
                        .findFirst())
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult arguments)
            throws Exception {
        if (failure instanceof ParameterException unfit) {
            return handleParseException(unfit, new String[0]);
        }
        // What breaks while servers stop under a command is no news to who stopped them.
        if (surroundings.shutdown().hasBegun()) {
            return ExitCode.FAILED;
        }
        message(failure).lines().filter(line -> !line.isBlank()).forEach(line -> surroundings.say("postroad: " + line));
        if (verbose.getAsBoolean()) {
            surroundings.err().print(StackTrace.of(failure));
        }
        return failure instanceof CommandException ours ? ours.exitCode() : exitCode(failure);
    }

    private static int exitCode(Exception failure) {
        return failure instanceof FaultsException ? ExitCode.USAGE : ExitCode.FAILED;
    }

    private String message(Exception failure) {
        boolean expected = failure instanceof CommandException
                || failure instanceof FaultsException
                || failure instanceof PostroadClientException
                || failure instanceof ProvisioningException
                || failure instanceof CorruptHistoryException
                || failure instanceof UnknownAgentException
                || failure instanceof ScheduleCommandException
                || failure instanceof EmbeddedServerException;
        if (expected) {
            return String.valueOf(failure.getMessage());
        }
        SQLException ofPostgres = causeOfPostgres(failure);
        if (ofPostgres != null) {
            return "Postgres cannot be used: " + firstLine(ofPostgres)
                    + "; see that it runs, that the POSTROAD_POSTGRES_… settings are right, and that `postroad migrate`"
                    + " was run";
        }
        return firstLine(failure) + (verbose.getAsBoolean() ? "" : "; --verbose shows where it comes from");
    }

    private static @Nullable SQLException causeOfPostgres(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException ofPostgres) {
                return ofPostgres;
            }
        }
        return null;
    }

    private static String firstLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getName()
                : message.lines().findFirst().orElse(message).replaceFirst("\\.$", "");
    }
}
