package dev.postroad.cli.shell;

import dev.postroad.contracts.message.RunStatus;

/** What the command tells its caller. */
public final class ExitCode {
    /** All went well; of a run: it completed. */
    public static final int COMPLETED = 0;

    /** Something went wrong; of a run: it failed. */
    public static final int FAILED = 1;

    /** What was asked for makes no sense: bad arguments, a refused trigger. */
    public static final int USAGE = 2;

    /** The run was cancelled. */
    public static final int CANCELLED = 3;

    /** The run took longer than it may, or than the caller wanted to wait. */
    public static final int TIMED_OUT = 4;

    /** The worker in this process broke off: it ran out of memory, or lost a thread that it lives on. */
    public static final int BROKEN_OFF = 5;

    private ExitCode() {}

    /** That of a run that is, or was left, in a status. */
    public static int of(RunStatus status) {
        return switch (status) {
            case COMPLETED -> COMPLETED;
            case CANCELLED -> CANCELLED;
            case FAILED -> FAILED;
            case QUEUED, RUNNING, WAITING, PAUSED -> TIMED_OUT;
        };
    }
}
