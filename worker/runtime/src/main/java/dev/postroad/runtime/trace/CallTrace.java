package dev.postroad.runtime.trace;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a traced attempt calls: models and tools. Whoever calls them finds it by {@link #current}, on the thread of
 * the attempt. Thread-safe.
 */
public final class CallTrace {
    /** An agent that asks for an answer to be mended makes two calls, with a fallback four. */
    private static final int MOST_CALLS = 16;

    /** The longest text of what was said that is kept, in characters. */
    public static final int MOST_CONTENT = 8_192;

    private static final ScopedValue<CallTrace> CURRENT = ScopedValue.newInstance();

    private final boolean keepsContent;
    private final InstantSource clock;
    private final List<Call> calls = new ArrayList<>();

    /**
     * A call of a model or a tool.
     *
     * @param name of the span, by the conventions
     * @param attributes by the conventions: texts, whole numbers and lists of texts
     * @param errorType null where it did not fail
     */
    public record Call(
            String name,
            Instant begunAt,
            Instant endedAt,
            Map<String, Object> attributes,
            @Nullable String errorType) {
        public Call {
            attributes = Map.copyOf(attributes);
        }
    }

    /**
     * @param keepsContent whether what is said is kept too
     * @param clock the one that attempts go by
     */
    public CallTrace(boolean keepsContent, InstantSource clock) {
        this.keepsContent = keepsContent;
        this.clock = clock;
    }

    /** The time, by the clock that attempts go by. */
    public Instant now() {
        return clock.instant();
    }

    /** What takes the calls that this thread makes; null where they are not traced. */
    public static @Nullable CallTrace current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Does something whose calls are taken. */
    public <T, X extends Throwable> T during(ScopedValue.CallableOp<T, X> work) throws X {
        return ScopedValue.where(CURRENT, this).call(work);
    }

    /** Whether what is said to models and tools, and by them, is to be told. */
    public boolean keepsContent() {
        return keepsContent;
    }

    /** Takes a call; those beyond the most are not kept. */
    public synchronized void add(Call call) {
        if (calls.size() < MOST_CALLS) {
            calls.add(call);
        }
    }

    /** What was called so far. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** As much of a text as is kept. */
    public static String content(String text) {
        if (text.length() <= MOST_CONTENT) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST_CONTENT - 1)) ? MOST_CONTENT - 1 : MOST_CONTENT;
        return text.substring(0, end) + "…";
    }
}
