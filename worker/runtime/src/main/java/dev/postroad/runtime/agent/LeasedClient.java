package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AgentClient;
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

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        AgentClient client = enter();
        try {
            return client.call(call);
        } finally {
            leave();
        }
    }

    @Override
    public AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        AgentClient client = enter();
        try {
            return client.callInDoubt(call, doubtful);
        } finally {
            leave();
        }
    }

    @Override
    public ToolOffer offer() throws InterruptedException {
        AgentClient client = enter();
        try {
            return client.offer();
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
