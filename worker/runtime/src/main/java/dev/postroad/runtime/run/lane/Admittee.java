package dev.postroad.runtime.run.lane;

import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import org.jspecify.annotations.Nullable;

/**
 * A trigger that was found to be in order.
 *
 * @param bytes the length of the trigger, for bounding what waits
 * @param traceParent W3C trace context; null where the trigger had none
 * @param outcome told what became of it
 */
public record Admittee(
        String runId,
        int shard,
        Graph graph,
        Admission admission,
        int bytes,
        @Nullable String traceParent,
        AdmissionOutcome outcome) {

    /** Told, by the lane's thread, what became of a trigger. Must not block. */
    public interface AdmissionOutcome {
        /** The run is committed. */
        void admitted();

        /** There was a run of that id already. */
        void duplicate();

        /**
         * It can be no run, whoever tries.
         *
         * @param reason for people
         */
        void refused(String reason);
    }
}
