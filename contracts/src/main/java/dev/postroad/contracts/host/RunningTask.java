package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.LogLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task under way: what it is about, and who is told of its end. Thread-safe. */
final class RunningTask {
    private static final int MOST_LOGS = 1_000;

    private final AgentCall call;
    private final Thread thread;
    private final List<Runnable> ends = new ArrayList<>();
    private final ArrayNode logs = JsonNodeFactory.instance.arrayNode();
    private volatile int attempt;
    private volatile Instant deadline;
    private boolean over;
    private volatile boolean abandoned;

    /** @param work is done on a virtual thread of its own, once it is started */
    RunningTask(AgentCall call, Runnable end, Consumer<RunningTask> work) {
        this.call = call;
        this.attempt = call.attempt();
        this.deadline = call.deadline();
        this.thread = Thread.ofVirtual().name("agent-task").unstarted(() -> work.accept(this));
        ends.add(end);
    }

    void start() {
        thread.start();
    }

    AgentCall call() {
        return call;
    }

    /** The attempt that it is answered as. */
    int attempt() {
        return attempt;
    }

    /** When nobody waits for its answer any more. */
    Instant deadline() {
        return deadline;
    }

    /** Whoever asks for it by a newer attempt gets its answer, and has its time; false where that was given. */
    synchronized boolean join(AgentCall newer, Runnable end) {
        if (over) {
            return false;
        }
        attempt = Math.max(attempt, newer.attempt());
        deadline = newer.deadline().isAfter(deadline) ? newer.deadline() : deadline;
        ends.add(end);
        return true;
    }

    /** Stops it; nobody waits for its answer. */
    void abandon() {
        abandoned = true;
        thread.interrupt();
    }

    /** Stops it without anybody being told of its end: it is not done, and comes again, here or at another host. */
    void leave() {
        synchronized (this) {
            ends.clear();
        }
        abandon();
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** It takes nobody more; gives those who are to be told when its answer is sent. */
    synchronized List<Runnable> end() {
        over = true;
        return List.copyOf(ends);
    }

    void log(LogLevel level, String message, @Nullable ObjectNode fields) {
        synchronized (logs) {
            if (logs.size() < MOST_LOGS) {
                ObjectNode line = logs.addObject()
                        .put("level", level.name().toLowerCase(Locale.ROOT))
                        .put("message", message);
                if (fields != null) {
                    line.set("fields", fields);
                }
            }
        }
    }

    /** Null where nothing was logged. */
    @Nullable
    ArrayNode logs() {
        synchronized (logs) {
            return logs.isEmpty() ? null : logs.deepCopy();
        }
    }
}
