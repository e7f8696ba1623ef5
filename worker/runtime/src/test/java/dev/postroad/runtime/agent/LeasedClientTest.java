package dev.postroad.runtime.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LeasedClientTest {
    private static final AgentReply DONE = AgentReply.completed(Calls.json("{'done':true}"));

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Test
    void aCallUnderWayEndsBeforeTheClientThatWasReplacedIsClosed() throws Exception {
        LeasedClient client = new LeasedClient(Connection::new);
        BackgroundCall call = new BackgroundCall(client, Calls.with("{'wait':true}"));
        begun.await();

        client.close();
        assertThat(closed).hasValue(0);
        mayEnd.countDown();

        assertThat(call.reply()).isEqualTo(DONE);
        assertThat(closed).hasValue(1);
    }

    @Test
    void anIdleClientIsClosedAtOnceAndOnce() {
        LeasedClient client = new LeasedClient(Connection::new);
        client.close();
        client.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void aCallThatCameTooLateForItsClientIsMadeAndLeavesNothingOpen() throws InterruptedException {
        LeasedClient client = new LeasedClient(Connection::new);
        client.close();

        assertThat(client.call(Calls.with("{}"))).isEqualTo(DONE);
        assertThat(opened).hasValue(2);
        assertThat(closed).hasValue(2);
    }

    /** Cannot be used once it is closed. */
    private final class Connection implements AgentClient {
        private volatile boolean usable = true;

        Connection() {
            opened.incrementAndGet();
        }

        @Override
        public AgentReply call(AgentCall call) throws InterruptedException {
            begun.countDown();
            if (call.input().has("wait")) {
                mayEnd.await();
            }
            return usable ? DONE : AgentReply.permanent("closed", "the client was closed under its call");
        }

        @Override
        public void close() {
            usable = false;
            closed.incrementAndGet();
        }
    }
}
