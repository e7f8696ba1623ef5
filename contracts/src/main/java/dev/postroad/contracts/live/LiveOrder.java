package dev.postroad.contracts.live;

import dev.postroad.contracts.live.Known.Events;
import dev.postroad.contracts.live.Live.Happened;
import dev.postroad.contracts.live.Live.Shown;
import dev.postroad.contracts.live.OpenAttempts.Attempt;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Merges the events of a run, in the order of {@code seq}, and the chunks that its nodes show, in the order of their
 * topic, so that the chunks of an attempt come after its {@code node.started} and before the event that ends it.
 *
 * <p>It rests on what workers promise: an attempt is called after its start was committed, and its end is committed after
 * its chunks were stored. So a chunk waits for the start of its attempt, and the end of an attempt for the chunks that
 * are there by then. A chunk that comes after the end of its attempt, as that of an agent that was cancelled may, is left
 * out. Events stay in their order, and so do chunks: {@link #seq} and {@link #offset} together say how far this came.
 *
 * <p>Not thread-safe. Holds what was added and not yet given; whoever adds bounds it.
 */
public final class LiveOrder {
    private static final int MOST_REMEMBERED = 1_000;

    private final OpenAttempts open;
    private final boolean fromTheBegin;
    private final Deque<RunEvent> events = new ArrayDeque<>();
    private final Deque<Placed> chunks = new ArrayDeque<>();
    private final Set<Attempt> remembered = new LinkedHashSet<>();
    private long characters;
    private int seq;
    private long offset;

    private record Placed(OutputChunk chunk, long offset) {
        Attempt attempt() {
            return new Attempt(chunk.task(), chunk.attempt());
        }
    }

    private LiveOrder(OpenAttempts open, boolean fromTheBegin, int seq, long offset) {
        this.open = open;
        this.fromTheBegin = fromTheBegin;
        this.seq = seq;
        this.offset = offset;
    }

    /**
     * Begins where all events so far are known.
     *
     * @param open the attempts that are open after the last known event
     * @param seq of the last known event; 0 for none
     * @param offset of the last known chunk; -1 for none
     */
    public static LiveOrder after(OpenAttempts open, int seq, long offset) {
        return new LiveOrder(open, true, seq, offset);
    }

    /** Begins in the middle of a run: an attempt whose start does not come is taken to have begun before. */
    public static LiveOrder midway() {
        return new LiveOrder(new OpenAttempts(), false, 0, -1);
    }

    /** Adds the next event. */
    public void add(RunEvent event) {
        events.add(event);
    }

    /** Adds the next chunk of the run. */
    public void add(OutputChunk chunk, long itsOffset) {
        chunks.add(new Placed(chunk, itsOffset));
        characters += chunk.chunk().length();
    }

    /** How many events wait. */
    public int events() {
        return events.size();
    }

    /** How many chunks wait. */
    public int chunks() {
        return chunks.size();
    }

    /** How many characters the chunks have that wait. */
    public long characters() {
        return characters;
    }

    /** The last event that was given; 0 for none. */
    public int seq() {
        return seq;
    }

    /** The offset of the last chunk that was given or left out; -1 for none. */
    public long offset() {
        return offset;
    }

    /** Whether no attempt is open and no chunk waits. */
    public boolean isQuiet() {
        return chunks.isEmpty() && open.since().isEmpty();
    }

    /** What comes next; empty where nothing waits, or where that which waits needs more to be known. */
    public Optional<Live> next(Known known) {
        while (true) {
            Placed chunk = chunks.peek();
            RunEvent event = events.peek();
            if (chunk != null && mayShow(chunk, known.events())) {
                return Optional.of(show());
            }
            if (event != null && !open.endsWith(event)) {
                return Optional.of(happen());
            }
            if (event != null && !known.output()) {
                return Optional.empty();
            }
            if (event != null && !holdsUp(event)) {
                return Optional.of(happen());
            }
            if (chunk == null || (event == null && known.events() != Events.ALL)) {
                return Optional.empty();
            }
            // Its start is not to come any more.
            if (event == null && !fromTheBegin && !remembered.contains(chunk.attempt())) {
                open.addEarlier(chunk.attempt());
                return Optional.of(show());
            }
            leaveOut();
        }
    }

    private boolean mayShow(Placed placed, Events known) {
        Attempt attempt = placed.attempt();
        if (!open.contains(attempt)) {
            return false;
        }
        Instant at = placed.chunk().at().truncatedTo(ChronoUnit.MICROS);
        // A task that waited is called again under the same number: what it shows then comes after the wait.
        for (RunEvent event : events) {
            if (OpenAttempts.ends(event, attempt)) {
                return !at.isAfter(event.at());
            }
        }
        // So an end that is not known yet may stand before a chunk that begins anew.
        boolean goesOn = switch (known) {
            case NOT_ALL -> false;
            case ALMOST_ALL -> placed.chunk().index() > 0;
            case NEARLY_ALL, ALL -> true;
        };
        return goesOn || (!events.isEmpty() && !at.isAfter(events.getLast().at()));
    }

    /** Whether chunks of an attempt that the event ends wait behind one that nothing can come of. */
    private boolean holdsUp(RunEvent end) {
        return chunks.stream()
                .anyMatch(placed -> OpenAttempts.ends(end, placed.attempt())
                        && open.contains(placed.attempt())
                        && !placed.chunk().at().truncatedTo(ChronoUnit.MICROS).isAfter(end.at()));
    }

    private Live show() {
        return new Shown(leaveOut());
    }

    private OutputChunk leaveOut() {
        Placed first = chunks.remove();
        offset = first.offset();
        characters -= first.chunk().chunk().length();
        return first.chunk();
    }

    /** Of an attempt that is known from its start or end, nothing is to be guessed. */
    private void remember(Attempt attempt) {
        remembered.add(attempt);
        if (remembered.size() > MOST_REMEMBERED) {
            remembered.remove(remembered.iterator().next());
        }
    }

    private Live happen() {
        RunEvent event = events.remove();
        if (!fromTheBegin && event.task() != null) {
            remember(new Attempt(event.task(), event.attempt()));
        }
        open.add(event);
        seq = Math.max(seq, event.seq());
        return new Happened(event);
    }
}
