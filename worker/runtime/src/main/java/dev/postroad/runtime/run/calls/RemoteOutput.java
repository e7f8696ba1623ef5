package dev.postroad.runtime.run.calls;

import dev.postroad.engine.run.Effect;
import dev.postroad.runtime.publish.AttemptOutput;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What remote agents show while they work. The first chunk of an attempt waits until the run says that somebody waits for
 * it, and those behind wait with it; from then on they go out at once. The oldest attempt is forgotten where there are too
 * many: the run is asked again then. Thread-safe.
 */
public final class RemoteOutput {
    private static final int MOST_ATTEMPTS = 10_000;
    private static final int MOST_WAITING = 1_000;
    /** Of all attempts that wait. */
    private static final int MOST_CHARACTERS_WAITING = 4 << 20;

    private final OutputChunks chunks;
    private final Map<RemoteCalls.Attempt, Shown> all = new LinkedHashMap<>();
    private int charactersWaiting;

    private static final class Shown {
        private final List<String> waiting = new ArrayList<>();
        private @Nullable AttemptOutput output;
    }

    RemoteOutput(OutputChunks chunks) {
        this.chunks = chunks;
    }

    /**
     * Shows a chunk, or keeps it until its run was asked; where too many wait already, it is dropped.
     *
     * @return whether the run is to be asked now
     */
    public boolean show(String runId, String task, int attempt, String chunk) {
        RemoteCalls.Attempt key = new RemoteCalls.Attempt(runId, task, attempt);
        synchronized (all) {
            Shown shown = all.get(key);
            if (shown != null && shown.output != null) {
                shown.output.emit(chunk);
                return false;
            }
            wait(shown == null ? enter(key) : shown, chunk);
            return shown == null;
        }
    }

    private void wait(Shown shown, String chunk) {
        if (shown.waiting.size() < MOST_WAITING && charactersWaiting < MOST_CHARACTERS_WAITING) {
            shown.waiting.add(chunk);
            charactersWaiting += chunk.length();
        }
    }

    int charactersWaiting() {
        synchronized (all) {
            return charactersWaiting;
        }
    }

    private void waitsNoMore(Shown shown) {
        charactersWaiting -= shown.waiting.stream().mapToInt(String::length).sum();
        shown.waiting.clear();
    }

    private Shown enter(RemoteCalls.Attempt key) {
        Shown entered = new Shown();
        all.put(key, entered);
        Iterator<Shown> oldest = all.values().iterator();
        if (all.size() > MOST_ATTEMPTS) {
            Shown gone = oldest.next();
            oldest.remove();
            close(gone);
        }
        return entered;
    }

    /** Nobody waits for what an attempt shows. */
    public void forget(String runId, String task, int attempt) {
        end(new RemoteCalls.Attempt(runId, task, attempt));
    }

    /** The run says that somebody waits for it. */
    void begin(RemoteCalls.Attempt key, Effect.Show show) {
        synchronized (all) {
            Shown shown = all.get(key);
            if (shown == null || shown.output != null) {
                return;
            }
            AttemptOutput output = chunks.open(key.runId(), show.graph(), show.node(), key.task(), key.number());
            shown.waiting.forEach(output::emit);
            waitsNoMore(shown);
            shown.output = output;
        }
    }

    /** The attempt shows nothing more. Gives what it showed, which may be on its way still; null where it showed nothing. */
    public @Nullable AttemptOutput close(String runId, String task, int attempt) {
        RemoteCalls.Attempt key = new RemoteCalls.Attempt(runId, task, attempt);
        synchronized (all) {
            Shown shown = all.get(key);
            // While the run is being asked, and was not told of the end yet, what waits goes out before.
            return shown == null || shown.output == null ? null : end(key);
        }
    }

    /** Its run knows that the attempt is over, or of none. */
    @Nullable
    AttemptOutput end(RemoteCalls.Attempt key) {
        synchronized (all) {
            Shown shown = all.remove(key);
            return shown == null ? null : close(shown);
        }
    }

    private @Nullable AttemptOutput close(Shown shown) {
        waitsNoMore(shown);
        if (shown.output != null) {
            shown.output.close();
        }
        return shown.output;
    }
}
