package dev.postroad.bench;

/** Waits for the ends of threads, in places that must not throw. */
final class Ends {
    private Ends() {}

    static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
