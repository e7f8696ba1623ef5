package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A call on a virtual thread of its own, as the worker makes them. */
public final class BackgroundCall {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final CompletableFuture<AgentReply> reply = new CompletableFuture<>();
    private final Thread thread;

    public BackgroundCall(AgentClient client, AgentCall call) {
        thread = Thread.ofVirtual().start(() -> {
            try {
                reply.complete(client.call(call));
            } catch (Throwable thrown) {
                reply.completeExceptionally(thrown);
            }
        });
    }

    public void interrupt() {
        thread.interrupt();
    }

    public AgentReply reply() throws InterruptedException, TimeoutException, ExecutionException {
        return reply.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** What the call threw. */
    public Throwable thrown() throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("answered " + reply());
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            return cause == null ? failed : cause;
        }
    }
}
