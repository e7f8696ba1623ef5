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

    private final OutputChunks chunks;
    private final Map<RemoteCalls.Attempt, Shown> all = new LinkedHashMap<>();

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
            if (shown != null) {
                if (shown.waiting.size() < MOST_WAITING) {
                    shown.waiting.add(chunk);
                }
                return false;
            }
            enter(key).waiting.add(chunk);
            return true;
        }
    }

    private Shown enter(RemoteCalls.Attempt key) {
        Shown entered = new Shown();
        all.put(key, entered);
        Iterator<Shown> oldest = all.values().iterator();
        if (all.size() > MOST_ATTEMPTS) {
            AttemptOutput output = oldest.next().output;
            oldest.remove();
            if (output != null) {
                output.close();
            }
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
            shown.waiting.clear();
            shown.output = output;
        }
    }

    /** The attempt shows nothing more. Gives what it showed, which may be on its way still; null where it showed nothing. */
    public @Nullable AttemptOutput close(String runId, String task, int attempt) {
        return end(new RemoteCalls.Attempt(runId, task, attempt));
    }

    @Nullable
    AttemptOutput end(RemoteCalls.Attempt key) {
        synchronized (all) {
            Shown shown = all.get(key);
            if (shown == null) {
                return null;
            }
            if (shown.output == null && !shown.waiting.isEmpty()) {
                // The run is being asked, and was not told of the end yet: what waits goes out before.
                return null;
            }
            all.remove(key);
            AttemptOutput output = shown.output;
            if (output != null) {
                output.close();
            }
            return output;
        }
    }
}
