package dev.postroad.runtime.http;

import io.javalin.http.Context;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/**
 * One connection, and until when its caller may take for what it does at this time. Changed by the threads of its
 * requests, of which one at a time is served, and looked at by the one that closes what takes too long.
 */
final class CallerConnection {
    static final String ATTRIBUTE = CallerConnection.class.getName();

    private final Connection connection;
    private final Deadlines deadlines;
    private final AtomicReference<@Nullable Runnable> place = new AtomicReference<>();
    private volatile Doing doing;

    /** Until when what begins now may take, in beats of the one thread that looks for what takes too long. */
    interface Deadlines {
        long now();

        /** A greater number each time, for telling who has waited longer where beats are too long for that. */
        long turn();

        /** Until when the first header has to be here. */
        long header();

        /** Until when the next header has to be here. */
        long pause();

        /** Until when a request has to be answered, or what is sent to be taken. */
        long request();
    }

    /** What the caller is expected to do, or the worker. */
    private sealed interface Doing {
        /**
         * It has no place, and makes room for others where there are too many: a header is waited for, or the rest of a
         * body that nobody needs, or a request is on its way to its place or its refusal. All by then.
         */
        record Waits(long turn, long until) implements Doing {}

        /** It has a place, and has to be answered, or to have taken what is sent to it, by then. */
        record IsAnswered(long until) implements Doing {}

        /** It waits for what may come at any time. */
        record Listens() implements Doing {}

        /** It is being closed. */
        record Ends() implements Doing {}
    }

    CallerConnection(Connection connection, Deadlines deadlines) {
        this.connection = connection;
        this.deadlines = deadlines;
        doing = new Doing.Waits(deadlines.turn(), deadlines.header());
    }

    /** That of a request. */
    static CallerConnection of(Context context) {
        return (CallerConnection) Objects.requireNonNull(context.req().getAttribute(ATTRIBUTE), ATTRIBUTE);
    }

    /** A header is here. */
    void asks() {
        waits(deadlines.request());
    }

    /** The place is left as soon as the request is answered, or a stream. */
    void holds(Runnable leaving) {
        place.set(leaving);
        isAnswered();
    }

    /** Something is sent that has to be taken. */
    void isAnswered() {
        doing = new Doing.IsAnswered(deadlines.request());
    }

    /** Waits for what is to be sent, however long. */
    void listens() {
        doing = new Doing.Listens();
        leave();
    }

    /** It has its answer, and goes on with a body that nobody needs. */
    void sendsRest() {
        waits(deadlines.request());
        leave();
    }

    /** Nothing is under way; the next header may come. */
    void hasAnswer() {
        waits(deadlines.pause());
        leave();
    }

    private void waits(long until) {
        doing = new Doing.Waits(deadlines.turn(), until);
    }

    /** The smaller, the longer it waits; the greatest number there is where it has a place. */
    long turn() {
        return doing instanceof Doing.Waits(long turn, long _) ? turn : Long.MAX_VALUE;
    }

    /** Whether it takes longer than it may. */
    boolean isLate() {
        return switch (doing) {
            case Doing.Waits(long _, long until) -> until < deadlines.now();
            case Doing.IsAnswered(long until) -> until < deadlines.now();
            case Doing.Listens _, Doing.Ends _ -> false;
        };
    }

    /** Ends it, whatever its request waits for; it is told to those who watch the connection. */
    void close() {
        doing = new Doing.Ends();
        // Told as the caller's end, it is no error that the server would print.
        connection.getEndPoint().close(new EofException("its caller took too long, or made room for another"));
    }

    private void leave() {
        Runnable leaving = place.getAndSet(null);
        if (leaving != null) {
            leaving.run();
        }
    }
}
