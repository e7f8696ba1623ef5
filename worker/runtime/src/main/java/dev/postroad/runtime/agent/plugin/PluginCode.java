package dev.postroad.runtime.agent.plugin;

import dev.postroad.runtime.agent.attempt.Thrown;
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
    private PluginCode() {}

    /**
     * Runs code of a plug-in, with its class loader as the thread's.
     *
     * @param jar names the thread
     * @throws PluginRefusedException with what the code threw, errors too, as a text: the exceptions themselves hold the
     *     plug-in's classes, and have methods of its own
     * @throws TimeoutException where it took longer than allowed; it was interrupted
     */
    static <T> T run(String jar, ClassLoader loader, Duration allowed, Callable<T> code)
            throws PluginRefusedException, TimeoutException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(() -> described(code));
        Thread thread = Thread.ofPlatform()
                .name("postroad-plugin-" + jar)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(task);
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            return task.get(allowed.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException broken) {
            throw broken.getCause() instanceof PluginRefusedException described
                    ? described
                    : new PluginRefusedException(Thrown.text(broken));
        } finally {
            task.cancel(true);
        }
    }

    /** On the thread of the code, as what it threw has methods that may not end either. */
    private static <T> T described(Callable<T> code) throws PluginRefusedException {
        try {
            return code.call();
        } catch (Throwable thrown) {
            throw new PluginRefusedException(Thrown.text(thrown));
        }
    }
}
