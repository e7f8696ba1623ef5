package dev.postroad.runtime.journal;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventColumns;
import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import dev.postroad.engine.run.EventCodec;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.StoredRun.Graphs;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.journal.StoredRun.Unreadable;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one run on their way to a run, or to the reason why they make none: whatever a newer release, an older one
 * or a stranger has written stops this run alone. Confined to one thread.
 */
final class JournalFold {
    private final RunKey key;
    private final String graph;
    private final int version;
    private final int statusSeq;
    private final Graphs graphs;
    private final List<Event> events = new ArrayList<>();
    private final @Nullable Run snapshot;
    private long bytes;
    private @Nullable String unreadable;

    /**
     * @param version the one that applied to the first row
     * @param statusSeq of all rows, the last that changed the run's status
     * @param snapshot the run before the first row; null for the beginning
     */
    JournalFold(RunKey key, String graph, int version, int statusSeq, Graphs graphs, @Nullable Run snapshot) {
        this.graphs = graphs;
        this.snapshot = snapshot;
        this.key = key;
        this.graph = graph;
        this.version = version;
        this.statusSeq = statusSeq;
    }

    /** Takes the next row; what comes after one that cannot be read is not looked at. */
    void add(EventColumns row, String data) {
        if (unreadable != null) {
            return;
        }
        bytes += SnapshotPace.ROW_BYTES + data.length();
        try {
            events.add(event(row, data));
        } catch (JdbiException away) {
            throw away;
        } catch (FaultsException | RuntimeException | StackOverflowError misfit) {
            give("event " + row.seq() + " (" + row.typeName() + ") cannot be read: " + reason(misfit));
        }
    }

    private Event event(EventColumns row, String data) throws FaultsException {
        if (!EventType.isKnown(row.typeName())) {
            throw new IllegalStateException("this release does not know events of its type");
        }
        return Event.of(
                row,
                EventCodec.decode(
                        EventType.of(row.typeName()), Json.readOwn(data), PublishedGraphs.of(graph, graphs::graph)));
    }

    private Graph graph(int number) {
        return graphs.graph(graph, number);
    }

    StoredRun run() {
        if (unreadable == null) {
            try {
                return new Readable(key, folded(graph(version)), statusSeq);
            } catch (JdbiException away) {
                // Nothing is wrong with the run: whoever reads it tries again.
                throw away;
            } catch (RuntimeException | StackOverflowError misfit) {
                give(reason(misfit));
            }
        }
        return new Unreadable(key, String.valueOf(unreadable));
    }

    boolean isFromSnapshot() {
        return snapshot != null;
    }

    /** How many rows were read. */
    int rows() {
        return events.size();
    }

    /** About how much they weigh. */
    long bytes() {
        return bytes;
    }

    private Run folded(Graph pinned) {
        if (snapshot != null) {
            Run run = snapshot;
            for (Event event : events) {
                run = run.evolve(event);
            }
            return run;
        }
        if (events.isEmpty() || !(events.getFirst().body() instanceof EventBody.RunQueued)) {
            throw new IllegalStateException("its journal does not begin with run.queued");
        }
        return Run.fold(key.id(), pinned, events);
    }

    private void give(String why) {
        unreadable = why;
        events.clear();
    }

    /** What is said, and by what it was caused, as the cause tells where to look. */
    private static String reason(Throwable misfit) {
        String reason = misfit instanceof StackOverflowError || misfit.getMessage() == null
                ? misfit.getClass().getSimpleName()
                : misfit.getMessage();
        Throwable cause = misfit.getCause();
        return cause == null || cause.getMessage() == null ? reason : reason + ": " + cause.getMessage();
    }
}
