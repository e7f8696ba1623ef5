package dev.postroad.runtime.agent;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs what plug-ins do outside of calls, each time on a thread of its own: what their code leaves behind in the thread
 * goes with it, and one that never ends holds up nobody.
 */
final class PluginCode {
    private static final int MOST_CAUSES = 5;

    private PluginCode() {}

    /**
     * Runs code of a plug-in, with its class loader as the thread's.
     *
     * @param jar names the thread
     * @throws ExecutionException with whatever the code threw, errors too
     * @throws TimeoutException where it took longer than allowed; it was interrupted
     */
    static <T> T run(String jar, ClassLoader loader, Duration allowed, Callable<T> code)
            throws ExecutionException, TimeoutException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(code);
        Thread thread = Thread.ofPlatform()
                .name("postroad-plugin-" + jar)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(task);
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            return task.get(allowed.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            task.cancel(true);
        }
    }

    /** What went wrong, without the exceptions themselves, which hold the plug-in's classes. */
    static String text(Exception failed) {
        if (failed instanceof TimeoutException) {
            return "it took too long";
        }
        StringBuilder text = new StringBuilder();
        Throwable cause = failed.getCause();
        for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
            text.append(depth == 0 ? "" : ": ").append(shown(cause));
            cause = cause.getCause();
        }
        return Excerpt.PLAIN.of(text.toString());
    }

    private static String shown(Throwable cause) {
        try {
            return cause.toString();
        } catch (RuntimeException itsOwnCodeFails) {
            return cause.getClass().getName();
        }
    }
}
