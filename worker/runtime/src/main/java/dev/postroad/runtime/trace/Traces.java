package dev.postroad.runtime.trace;

import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Takes what becomes spans. Whether a run is traced is asked once for each time that it is taken up; nothing is to be told
 * of any other. Thread-safe; blocks nobody: what there is no room for is dropped, and counted.
 */
public interface Traces extends AutoCloseable {
    /** Traces nothing. */
    Traces OFF = new Traces() {
        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public boolean keepsContent() {
            return false;
        }

        @Override
        public @Nullable TracedRun traced(long number, String id, @Nullable String traceParent) {
            return null;
        }

        @Override
        public void resumed(TracedRun run, int seq) {}

        @Override
        public void committed(TracedRun run, Commit commit) {}

        @Override
        public void attempted(TracedRun run, Attempt attempt) {}

        @Override
        public void measure(MeterRegistry registry) {}

        @Override
        public void close() {}
    };

    /** Whether there is anybody to send spans to. */
    boolean isOn();

    /** Whether spans show what is handed to agents, and what they answer. */
    boolean keepsContent();

    /**
     * The run as traces know it; null where it is not sampled.
     *
     * @param traceParent the trace of its trigger, well-formed; null where it had none
     */
    @Nullable
    TracedRun traced(long number, String id, @Nullable String traceParent);

    /**
     * Tells that a run is taken up again, which may have been another worker's.
     *
     * @param seq the number of the last event that is in its journal
     */
    void resumed(TracedRun run, int seq);

    /** Tells of rows that are in the journal. */
    void committed(TracedRun run, Commit commit);

    /** Tells of an attempt that has its answer, before that is committed. */
    void attempted(TracedRun run, Attempt attempt);

    /** Shows how many spans were sent, and dropped. */
    void measure(MeterRegistry registry);

    /** Sends what there is, for some seconds at most. */
    @Override
    void close();
}
