package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Closes a client only when nobody calls it, so that calls under way finish on the settings that they began with.
 * Who took this client from the catalog just before it was replaced calls it after it was closed: then it is opened once
 * more, until that call has ended. Thread-safe.
 */
final class LeasedClient implements AgentClient {
    private final Supplier<AgentClient> opening;
    private @Nullable AgentClient open;
    private int calls;
    private boolean closed;

    /** @param opening gives a new client, and reaches out to nobody yet */
    LeasedClient(Supplier<AgentClient> opening) {
        this.opening = opening;
        this.open = opening.get();
    }

    /** What is done with the client while it is open. */
    private interface Use<T> {
        T of(AgentClient client) throws InterruptedException;
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        return leased(client -> client.call(call));
    }

    @Override
    public AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        return leased(client -> client.callInDoubt(call, doubtful));
    }

    @Override
    public Standing begin(AgentCall call, int doubtful) throws InterruptedException {
        return leased(client -> client.begin(call, doubtful));
    }

    @Override
    public Standing poll(AgentCall call, String handle) throws InterruptedException {
        return leased(client -> client.poll(call, handle));
    }

    @Override
    public void giveUp(String handle) throws InterruptedException {
        boolean _ = leased(client -> {
            client.giveUp(handle);
            return true;
        });
    }

    @Override
    public ToolOffer offer() throws InterruptedException {
        return leased(AgentClient::offer);
    }

    private <T> T leased(Use<T> use) throws InterruptedException {
        AgentClient client = enter();
        try {
            return use.of(client);
        } finally {
            leave();
        }
    }

    private synchronized AgentClient enter() {
        AgentClient client = open;
        if (client == null) {
            client = opening.get();
            open = client;
        }
        calls++;
        return client;
    }

    private synchronized void leave() {
        calls--;
        closeIfIdle();
    }

    @Override
    public synchronized void close() {
        closed = true;
        closeIfIdle();
    }

    private void closeIfIdle() {
        AgentClient idle = open;
        if (closed && calls == 0 && idle != null) {
            open = null;
            idle.close();
        }
    }
}
