package dev.postroad.runtime.trace;

import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import dev.postroad.engine.run.RunError;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What traces keep of an event, which may be large.
 *
 * @param node null, like {@code task}, for an event of the whole run
 * @param attempt of the task; 0 where there is none
 * @param remoteAgent who has a task that waits for a remote agent, which is an attempt under way and no wait; else null
 * @param errorType null where nothing failed, or where it is not known
 */
public record Moment(
        int seq,
        EventType type,
        Instant at,
        @Nullable String node,
        @Nullable String task,
        int attempt,
        int superstep,
        @Nullable String remoteAgent,
        @Nullable String errorType) {
    /** Of an event. */
    public static Moment of(Event event) {
        return new Moment(
                event.seq(),
                event.body().type(),
                event.at(),
                event.node(),
                event.task(),
                event.attempt(),
                event.superstep(),
                event.body() instanceof EventBody.NodeWaiting waiting && waiting.dispatch() != null
                        ? waiting.dispatch().agent()
                        : null,
                errorType(event.body()));
    }

    private static @Nullable String errorType(EventBody body) {
        RunError error = body instanceof EventBody.NodeFailed failed
                ? failed.error()
                : body instanceof EventBody.RunFailed ended ? ended.error() : null;
        return error == null ? null : error.type();
    }
}
