package dev.postroad.cli.shell;

/** The command cannot do what it was asked to; the message is for the user, and says what to do. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What was asked for makes no sense. */
    public static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    /** What was asked for makes sense, but did not work. */
    public static CommandException failed(String message) {
        return new CommandException(ExitCode.FAILED, message);
    }

    /** What the caller is told. */
    public int exitCode() {
        return exitCode;
    }
}
