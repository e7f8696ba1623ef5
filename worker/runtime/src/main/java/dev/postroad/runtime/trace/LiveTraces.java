package dev.postroad.runtime.trace;

import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes spans on a thread of its own, of what is told to it: whoever tells waits for nothing. Thread-safe.
 *
 * <p>Of a run that it does not know, or of which it missed something, it reads the journal back; so a run that another
 * worker began, or that rested for long, goes on in its trace.
 */
final class LiveTraces implements Traces {
    private static final Logger LOG = LoggerFactory.getLogger(LiveTraces.class);
    private static final String SPANS =
            "Spans that the receiver of traces has, or that were dropped since it was away or slow";

    /** So many things that were told wait to become spans. */
    static final int MOST_WAITING = 8_192;

    /** So many characters of content wait with them. */
    static final long MOST_CHARACTERS = 16L << 20;

    /** So many runs are known at a time; of others the journal is read back. */
    private static final int MOST_RUNS = 4_096;

    /** So many of their tasks, and those of one run, which its own limit bounds. */
    static final int MOST_TASKS = 100_000;

    /** Of so many runs it is remembered that they are traced; a power of two. */
    private static final int REMEMBERED = 4_096;

    /** And of so many that they are not, those among them that wait in the queue: a mebibyte; a power of two. */
    private static final int REMEMBERED_UNSAMPLED = 131_072;

    private static final long LOOK_MILLIS = 100;
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final SpanSink sink;
    private final Past past;
    private final boolean content;
    private final Repeats repeats;
    private final BlockingQueue<Told> told = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong characters = new AtomicLong();
    private final LongAdder missed = new LongAdder();
    /** By how long ago they were told of. */
    private final LinkedHashMap<Long, RunSpans> runs = new LinkedHashMap<>(16, 0.75f, true);
    /** Of all runs that are known. */
    private int tasks;

    private final Thread thread =
            Thread.ofPlatform().name("postroad-traces").daemon().unstarted(this::loop);
    private volatile boolean closed;

    /** Each attempt asks again what was decided of its run; here of those that are traced. */
    private final AtomicReferenceArray<@Nullable TracedRun> sampled = new AtomicReferenceArray<>(REMEMBERED);

    /** The numbers of runs that are not traced, which are most, by their last bits: one look, and nothing is made. */
    private final AtomicLongArray unsampled = new AtomicLongArray(REMEMBERED_UNSAMPLED);

    private sealed interface Told {}

    private record Resumed(TracedRun run, int seq) implements Told {}

    private record Committed(TracedRun run, Commit commit) implements Told {}

    private record Attempted(TracedRun run, Attempt attempt) implements Told {}

    /** @param content whether spans show what is handed to agents, and what they answer */
    LiveTraces(SpanSink sink, Past past, boolean content, InstantSource clock) {
        this.sink = sink;
        this.past = past;
        this.content = content;
        this.repeats = new Repeats(LOG, clock);
    }

    void start() {
        thread.start();
    }

    @Override
    public boolean isOn() {
        return true;
    }

    @Override
    public boolean keepsContent() {
        return content;
    }

    @Override
    public @Nullable TracedRun traced(long number, String id, @Nullable String traceParent) {
        int place = (int) (number & (REMEMBERED_UNSAMPLED - 1));
        return unsampled.get(place) == number ? null : decided(number, id, traceParent, place);
    }

    private @Nullable TracedRun decided(long number, String id, @Nullable String traceParent, int place) {
        int kept = (int) (number & (REMEMBERED - 1));
        TracedRun known = sampled.get(kept);
        if (known != null && known.number() == number) {
            return known;
        }
        TracedRun run = TracedRun.of(number, id, traceParent);
        if (!sink.samples(run, traceParent)) {
            unsampled.set(place, number);
            return null;
        }
        sampled.set(kept, run);
        return run;
    }

    @Override
    public void resumed(TracedRun run, int seq) {
        tell(new Resumed(run, seq));
    }

    @Override
    public void committed(TracedRun run, Commit commit) {
        tell(new Committed(run, commit));
    }

    @Override
    public void attempted(TracedRun run, Attempt attempt) {
        tell(new Attempted(run, attempt));
    }

    private void tell(Told what) {
        long more = characters(what);
        boolean fits = more == 0 || characters.addAndGet(more) <= MOST_CHARACTERS;
        if (!fits || !told.offer(what)) {
            characters.addAndGet(-more);
            missed.increment();
        }
    }

    private long characters(Told what) {
        return content && what instanceof Attempted(TracedRun _, Attempt attempt) ? attempt.characters() : 0;
    }

    @Override
    public void measure(MeterRegistry registry) {
        FunctionCounter.builder("postroad.trace.spans", this, traces -> traces.sink.sent())
                .description(SPANS)
                .tag("outcome", "sent")
                .register(registry);
        FunctionCounter.builder("postroad.trace.spans", this, LiveTraces::dropped)
                .description(SPANS)
                .tag("outcome", "dropped")
                .register(registry);
    }

    /** Of what was told and missed, each is at least one span. */
    long dropped() {
        return missed.sum() + sink.dropped();
    }

    private void loop() {
        try {
            while (!closed || !told.isEmpty()) {
                Told next = told.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    characters.addAndGet(-characters(next));
                    take(next);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(Told next) {
        try {
            switch (next) {
                case Resumed(TracedRun run, int seq) -> counted(run, seq, spans -> {});
                case Committed(TracedRun run, Commit commit) ->
                    counted(run, commit.moments().getFirst().seq() - 1, spans -> spans.take(commit));
                case Attempted(TracedRun run, Attempt attempt) -> known(run).take(attempt);
            }
        } catch (RuntimeException | Error defect) {
            Memory.passOnIfShort(defect);
            repeats.error("a span could not be made", defect);
        }
    }

    /** Keeps count of what is known, and lets go of what was not told of for longest. */
    private void counted(TracedRun run, int seq, Consumer<RunSpans> take) {
        RunSpans before = runs.get(run.number());
        tasks -= before == null ? 0 : before.size();
        RunSpans spans = spans(run, seq);
        try {
            take.accept(spans);
        } finally {
            tasks += spans.size();
            forgetEldest();
        }
    }

    private void forgetEldest() {
        while (runs.size() > MOST_RUNS || (tasks > MOST_TASKS && runs.size() > 1)) {
            tasks -= Objects.requireNonNull(runs.pollFirstEntry()).getValue().size();
        }
    }

    /**
     * What is known of a run up to an event: what is missing is read back. Not beyond, though more may be in the journal by
     * now: that is still to be told.
     */
    private RunSpans spans(TracedRun run, int seq) {
        RunSpans known = runs.get(run.number());
        if (known != null && known.lastSeq() >= seq) {
            return known;
        }
        RunSpans spans = new RunSpans(run, sink::write);
        runs.put(run.number(), spans);
        if (seq > 0) {
            recall(spans, run, seq);
        }
        return spans;
    }

    private RunSpans known(TracedRun run) {
        RunSpans known = runs.get(run.number());
        return known == null ? new RunSpans(run, sink::write) : known;
    }

    private void recall(RunSpans spans, TracedRun run, int seq) {
        try {
            spans.recall(past.until(run.number(), seq));
        } catch (SQLException away) {
            repeats.warn("traces lack what runs did before, as their journals cannot be read back", away);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        sink.close();
    }
}
