package dev.postroad.bench.chaos;

/** The graph whose runs are under way. */
final class ChaosGraph {
    private ChaosGraph() {}

    /** Its definition; another description makes another version that does the same. */
    static String described(String description) {
        return """
                graph: chaos
                description: "%s"
                state: { n: { reducer: last }, sum: { reducer: sum }, log: { reducer: append } }
                nodes:
                  begin: { set: "{'sum': state.n, 'log': ['begin']}" }
                  left: { agent: chaos-agent, input: "{'sum': state.sum}" }
                  right: { agent: chaos-agent, input: "{'sum': state.sum}" }
                  nap: { sleep: "'PT0.2S'" }
                  meet: { agent: chaos-agent, input: "{'sum': state.sum}" }
                edges:
                  - { from: START, to: begin }
                  - { from: begin, to: [left, right] }
                  - { from: [left, right], to: nap }
                  - { from: nap, to: meet }
                  - { from: meet, to: END }
                """.formatted(description);
    }
}
