package dev.postroad.runtime.testing;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.NullMarked;

/** Takes all the memory that its process has, and all that comes free, where a flag of the process says so. */
@NullMarked
public final class HoardingAgent implements JavaAgent {
    /** The flag: a system property. */
    public static final String HOARDS = "postroad.test.hoards";

    private static final int LARGEST = 1 << 20;
    private static final int SMALLEST = 16;
    private static final Queue<byte[]> HOARD = new ConcurrentLinkedQueue<>();

    @Override
    public String name() {
        return "test-hoarder";
    }

    @Override
    public AgentReply call(AgentCall call) {
        if (Boolean.getBoolean(HOARDS)) {
            hoard();
        }
        return PuppetAgent.nothing();
    }

    private static void hoard() {
        int size = LARGEST;
        while (!Thread.interrupted()) {
            try {
                HOARD.add(new byte[size]);
            } catch (OutOfMemoryError full) {
                size = Math.max(SMALLEST, size / 2);
            }
        }
    }
}
