package dev.postroad.runtime.run;

import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.engine.run.Effect;

/** Where chunks of output go while agents work. Thread-safe. */
@FunctionalInterface
public interface OutputChunks {
    /** A sink for one attempt. */
    OutputSink sink(String runId, String graph, Effect.CallAgent call);
}
