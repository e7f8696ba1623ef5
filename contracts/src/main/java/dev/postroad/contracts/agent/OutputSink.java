package dev.postroad.contracts.agent;

/** Takes what an agent has to show while it works. Thread-safe; never blocks; may drop under overload. */
@FunctionalInterface
public interface OutputSink {
    /** Drops everything. */
    OutputSink NONE = chunk -> {};

    /** Publishes a chunk of output on the output topic. */
    void emit(String chunk);
}
