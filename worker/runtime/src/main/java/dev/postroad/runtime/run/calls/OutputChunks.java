package dev.postroad.runtime.run.calls;

import dev.postroad.runtime.publish.AttemptOutput;

/** Where chunks of output go while agents work. Thread-safe. */
@FunctionalInterface
public interface OutputChunks {
    /** The output of one attempt. */
    AttemptOutput open(String runId, String graph, String node, String task, int attempt);
}
