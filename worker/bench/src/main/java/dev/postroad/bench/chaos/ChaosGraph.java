package dev.postroad.bench.chaos;

/** The graphs whose runs are under way. Of each of them, what a run ends in follows from its input {@code n} alone. */
enum ChaosGraph {
    /** Two calls side by side, of which one is over Kafka, a nap, and one call more over Kafka. */
    FORKED("chaos", """
            nodes:
              begin: { set: "{'sum': state.n, 'log': ['begin']}" }
              left: { agent: chaos-agent, input: "{'sum': state.sum}" }
              right: { agent: chaos-remote, input: "{'sum': state.sum}" }
              nap: { sleep: "'PT0.2S'" }
              meet: { agent: chaos-remote, input: "{'sum': state.sum}" }
            edges:
              - { from: START, to: begin }
              - { from: begin, to: [left, right] }
              - { from: [left, right], to: nap }
              - { from: nap, to: meet }
              - { from: meet, to: END }
            """),
    /** Asks a person between a call over Kafka and one in the worker's own process. */
    ASKING("chaos-asks", """
            nodes:
              before: { agent: chaos-remote, input: "{'sum': state.n}" }
              ask: { interrupt: "'go on?'", output: "{'log': [result]}" }
              after: { agent: chaos-java, input: "{'sum': state.sum}" }
            edges:
              - { from: START, to: before }
              - { from: before, to: ask }
              - { from: ask, to: after }
              - { from: after, to: END }
            """),
    /** Of which few may be under way at once. */
    LIMITED("chaos-few", """
            nodes:
              only: { agent: chaos-agent, input: "{'sum': state.n}" }
            edges:
              - { from: START, to: only }
              - { from: only, to: END }
            limits: { runs: 4 }
            """),
    /**
     * A model that calls an agent over HTTP and one over Kafka side by side, and then a tool of an MCP server; that tool; and one
     * that works on as a task.
     */
    TOOLS("chaos-tools", """
            nodes:
              begin: { set: "{'sum': state.n, 'log': ['begin']}" }
              think: { agent: chaos-model, input: "{'sum': state.sum}" }
              add: { agent: chaos-tool, input: "{'sum': state.sum}" }
              wait: { agent: chaos-waits, input: "{'sum': state.sum}" }
            edges:
              - { from: START, to: begin }
              - { from: begin, to: think }
              - { from: think, to: add }
              - { from: add, to: wait }
              - { from: wait, to: END }
            """),
    /** Of tenants, by their {@code n}, which take turns, have limits of their own over all workers, and pay for calls. */
    TENANTS("chaos-tenants", """
            nodes:
              left: { agent: chaos-paid, input: "{'sum': state.n, 'n': state.n}" }
              right: { agent: chaos-paid, input: "{'sum': state.n, 'n': state.n}" }
            edges:
              - { from: START, to: [left, right] }
              - { from: left, to: END }
              - { from: right, to: END }
            queue:
              concurrency: [{ key: input.n, runs: %d }]
              rate: [{ key: input.n, runs: %d, per: %s }]
              fairness: { key: input.n }
            budget: { key: input.n, tokens: 1000000000, per: P1D, onExceeded: pause }
            """.formatted(
                    SharedVerdict.RUNS_OF_A_TENANT, SharedVerdict.RUNS_A_PERIOD, SharedVerdict.PERIOD)),
    /** Which nobody triggers but schedules. */
    TICKS("chaos-ticks", """
            nodes: { only: { set: "{'log': ['tick']}" } }
            edges: [{ from: START, to: only }, { from: only, to: END }]
            """);

    /** The agent behind HTTP. */
    static final String AGENT = "chaos-agent";

    /** The model that calls the others. */
    static final String MODEL = "chaos-model";

    /** The agent behind HTTP that is paid for its calls. */
    static final String PAID = "chaos-paid";

    /** So many runs of {@link #LIMITED} may be under way. */
    static final int LIMIT = 4;

    private final String graph;
    private final String rest;

    ChaosGraph(String graph, String rest) {
        this.graph = graph;
        this.rest = rest;
    }

    String graph() {
        return graph;
    }

    /** The one that a run with a number is of. */
    static ChaosGraph of(int number) {
        return switch (number % 10) {
            case 2, 7 -> TOOLS;
            case 3, 8 -> ASKING;
            case 4 -> LIMITED;
            case 9 -> TENANTS;
            default -> FORKED;
        };
    }

    /** Its definition; another description makes another version that does the same. */
    String described(String description) {
        return """
                graph: %s
                description: "%s"
                state: { n: { reducer: last }, sum: { reducer: sum }, log: { reducer: append } }
                """.formatted(graph, description) + rest;
    }
}
