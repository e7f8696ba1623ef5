package dev.postroad.runtime.run.queue;

/** Told of the runs of graphs that limit them, which begin by turns. Thread-safe; must not block. */
public interface TurnNews {
    /** One wants a turn, or gave its turn back. */
    void wanted();

    /** One is under way, and that is committed. */
    void began(String graph, long run);

    /** One counts for no limit any more, and that is committed. */
    void left(String graph, long run);
}
