package dev.postroad.runtime.testing;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullMarked;

/** Takes all the memory that its process has, and all that comes free, where a flag of the process says so. */
@NullMarked
public final class HoardingAgent implements JavaAgent {
    /** The flag: a system property. */
    public static final String HOARDS = "postroad.test.hoards";

    /** What its process prints once all memory is taken: whoever finds none may find none to say so either. */
    public static final String FULL = "all memory is hoarded";

    // To write these takes no memory.
    private static final byte[] SAID = (FULL + "\n").getBytes(StandardCharsets.US_ASCII);
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
    private static final AtomicBoolean SAYS = new AtomicBoolean();

    private static final long PAUSE_NANOS = 5_000_000;
    private static final int LARGEST = 1 << 20;
    private static final int SMALLEST = 16;
    private static final Queue<byte[]> HOARD = new ConcurrentLinkedQueue<>();

    @Override
    public String name() {
        return "test-hoarder";
    }

    @Override
    public AgentReply call(AgentCall call) throws IOException {
        if (Boolean.getBoolean(HOARDS)) {
            hoard();
        }
        return PuppetAgent.nothing();
    }

    private static void hoard() throws IOException {
        // Looked up while there is memory for that.
        OUT.write(SAID, 0, 0);
        int size = LARGEST;
        while (!Thread.interrupted()) {
            try {
                HOARD.add(new byte[size]);
            } catch (OutOfMemoryError full) {
                size = Math.max(SMALLEST, size / 2);
                if (SAYS.compareAndSet(false, true)) {
                    OUT.write(SAID, 0, SAID.length);
                }
                // What fails here stops everybody for a whole collection, and it is the others who are to find no
                // memory.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
