package dev.postroad.runtime.testing;

import org.jspecify.annotations.NullMarked;

/** Graphs that several tests run, whatever they are about. */
@NullMarked
public final class Graphs {
    /** Adds 1 to {@code n} once. */
    public static final String COUNT = """
        graph: count
        state: { n: { reducer: sum } }
        nodes:
          add: { set: "{'n': 1}" }
        edges:
          - { from: START, to: add }
          - { from: add, to: END }
        """;

    /** Asks {@link PuppetAgent} once. */
    public static final String ASKING = """
        graph: asking
        state: { log: { reducer: append } }
        nodes:
          ask: { agent: test-puppet }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;

    private Graphs() {}
}
