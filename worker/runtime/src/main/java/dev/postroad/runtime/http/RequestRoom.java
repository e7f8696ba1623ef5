package dev.postroad.runtime.http;

import io.javalin.http.Context;
import java.util.concurrent.Semaphore;

/**
 * The requests that are answered at a time, as many as there may be; streams have rooms of their own, and whoever asks for
 * health is always let in. Thread-safe.
 */
final class RequestRoom {
    private final int most;
    private final Semaphore free;

    RequestRoom(int most) {
        this.most = most;
        this.free = new Semaphore(most);
    }

    /**
     * Holds a place until the request is answered, or becomes a stream.
     *
     * @throws Refusal where there is none
     */
    void enter(Context context) {
        if (Guard.isOpen(context)) {
            return;
        }
        if (!free.tryAcquire()) {
            throw Refusal.of(
                    ErrorCode.UNAVAILABLE,
                    "this worker answers " + most
                            + " requests at this moment, and no more; try again, or ask another one");
        }
        CallerConnection.of(context).holds(free::release);
    }
}
