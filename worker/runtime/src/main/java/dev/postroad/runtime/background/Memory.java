package dev.postroad.runtime.background;

/**
 * Tells an error that says that one piece of work wanted too much from one that says that nothing is left for anybody.
 * The former fails that piece alone. After the latter nobody knows what is half done, in libraries least of all, so the
 * thread that sees it is to end, and with it the worker.
 */
public final class Memory {
    private static final long SMALLEST_PROBE = 1L << 20;
    private static final long LARGEST_PROBE = 16L << 20;
    private static final int PART_OF_ALL = 32;

    private Memory() {}

    /** Gives an error on to whoever called, where there is no memory left, or the machine says that it is broken. */
    public static void passOnIfShort(Throwable thrown) {
        if (thrown instanceof VirtualMachineError error && isShort(error)) {
            throw error;
        }
    }

    private static boolean isShort(VirtualMachineError error) {
        if (error instanceof StackOverflowError) {
            return false;
        }
        if (!(error instanceof OutOfMemoryError)) {
            return true;
        }
        String message = String.valueOf(error.getMessage());
        if (message.startsWith("Requested array size") || message.startsWith("Required length")) {
            // More than any array can have, however much memory there is.
            return false;
        }
        return message.startsWith("unable to create") || message.startsWith("Metaspace") || !hasRoom();
    }

    /** What wanted too much is gone with its error, so there is room again, unless others have taken all. */
    private static boolean hasRoom() {
        long size = Math.clamp(Runtime.getRuntime().maxMemory() / PART_OF_ALL, SMALLEST_PROBE, LARGEST_PROBE);
        try {
            byte[] probe = new byte[(int) size];
            return probe.length == size;
        } catch (OutOfMemoryError none) {
            return false;
        }
    }
}
