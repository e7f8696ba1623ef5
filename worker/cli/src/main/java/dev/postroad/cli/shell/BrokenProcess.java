package dev.postroad.cli.shell;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process that cannot be relied on any more, at once and without an orderly end, which might never come. Its lock
 * in Postgres ends with it, so other workers take its shards over, and whoever looks after it starts it again.
 */
public final class BrokenProcess {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenProcess.class);

    private BrokenProcess() {}

    /** Readies what is needed for an end, while there is the memory for it. */
    public static void prepare() {
        Thread.setDefaultUncaughtExceptionHandler(BrokenProcess::uncaught);
    }

    /** What no thread of this process is to end with. */
    private static void uncaught(Thread thread, Throwable failed) {
        boolean isBroken = failed instanceof VirtualMachineError && !(failed instanceof StackOverflowError);
        try {
            LOG.error("thread {} ends", thread.getName(), failed);
        } finally {
            if (isBroken) {
                Runtime.getRuntime().halt(ExitCode.BROKEN_OFF);
            }
        }
    }

    /** The worker in this process broke off, and has said why. */
    public static void end() {
        Runtime.getRuntime().halt(ExitCode.BROKEN_OFF);
    }
}
