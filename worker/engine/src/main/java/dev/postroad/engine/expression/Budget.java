package dev.postroad.engine.expression;

/**
 * What evaluations may cost, and what they have cost. Counted are steps, not time, so that every worker decides the same:
 * each operation, each element that is looked at and each {@value #CHARACTERS_A_STEP} characters of text that are read or
 * written are one. The bytes count what is built, results included.
 *
 * <p>The limits hold for one <em>turn</em>: the conditions of a node's edges together, the reducers of one merge together,
 * any other expression by itself. Beside that, everything since this was made is added up, so that a decision that has
 * cost enough can make way for other runs. Confined to one decision.
 */
public final class Budget {
    /** The most iterations of all macros of one evaluation, where a graph says nothing else. */
    public static final int ITERATIONS = 100_000;

    /** The most steps of one turn for each of these iterations; a step takes about 10 ns. */
    public static final int STEPS_AN_ITERATION = 20;

    /** The most that one turn may build, in bytes, about. */
    public static final int MAX_BYTES = 16_000_000;

    static final int CHARACTERS_A_STEP = 16;

    private static final int BYTES_OF_A_LIST = 32;
    private static final String REMEDY =
            "let it look at less, raise limits.iterations of the graph (at most 500000), or let an agent do the work";

    private long before;
    private long steps;
    private long bytes;
    private int iterations;
    private final int mostIterations;
    private final long mostSteps;
    private final long mostBytes;

    /** A budget for so many iterations of one evaluation, at least 1, and the steps that go with them. */
    public Budget(int iterations) {
        this(iterations, (long) iterations * STEPS_AN_ITERATION, MAX_BYTES);
    }

    private Budget(int iterations, long steps, long bytes) {
        this.mostIterations = iterations;
        this.mostSteps = steps;
        this.mostBytes = bytes;
    }

    /** For what was decided before, and is only done again: a journal is replayed whatever it costs. */
    public static Budget ofReplay() {
        return new Budget(Integer.MAX_VALUE, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2);
    }

    /** Begins a turn, with all of the limits before it. */
    public void renew() {
        before += steps;
        steps = 0;
        bytes = 0;
    }

    /** The steps of all turns together. */
    public long spent() {
        return before + steps;
    }

    /** Whether so much has been spent that others should have their turn. */
    public boolean isSpent() {
        return spent() > (long) ITERATIONS * STEPS_AN_ITERATION;
    }

    void beginEvaluation() {
        iterations = 0;
    }

    void step() {
        steps(1);
    }

    void steps(long count) {
        require(count);
        steps += count;
    }

    /** Fails where so many steps are no longer there to be taken. */
    void require(long count) {
        if (steps + count > mostSteps) {
            throw new Failure.TooCostly("it takes more than " + mostSteps
                    + " steps (one is an operation, an element that in, ==, sort and their like look at, or "
                    + CHARACTERS_A_STEP + " characters of text); " + REMEDY);
        }
    }

    void iterate() {
        if (++iterations > mostIterations) {
            throw new Failure.TooCostly("Iteration budget exceeded: " + mostIterations
                    + " elements walked by map, filter, all, exists and their like together, where one inside another"
                    + " walks its list once for each element of the other; " + REMEDY);
        }
    }

    /** Reads a text as a whole. */
    void read(String text) {
        steps(1 + text.length() / CHARACTERS_A_STEP);
    }

    /** Builds a text; to be asked before it is built. */
    void build(long characters) {
        steps(1 + characters / CHARACTERS_A_STEP);
        bytes(2 * characters);
    }

    /** Builds a list or an object; to be asked before it is built. */
    void buildList(long elements) {
        steps(1 + elements);
        bytes(BYTES_OF_A_LIST + 8 * elements);
    }

    void bytes(long count) {
        bytes += count;
        if (bytes > mostBytes) {
            throw new Failure.TooCostly("it builds more than " + MAX_BYTES
                    + " bytes of texts, lists and objects; let it build less, or let an agent do the work");
        }
    }
}
