package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.bench.Ground;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;

/** Runs that do nothing but call an agent that naps, one call after the other, for minutes. Confined to one thread. */
record Naps(Place place) {
    /** How long each call takes. */
    static final int MILLIS = 500;

    private static final String GRAPH = "naps";
    private static final String LESSON = "lesson-";
    private static final int RUNS_OF_LESSON = 50;

    private static final String UNTOUCHED = """
            SELECT count(*) FROM postroad.runs r WHERE run_id LIKE ? || '%'
              AND NOT EXISTS (SELECT FROM postroad.journal j WHERE j.run = r.id AND j.type = 'node.completed')""";

    private static final String ALL = "SELECT count(*) FROM postroad.runs WHERE run_id LIKE ? || '%'";
    private static final String UNDER_WAY = ALL + " AND ended_at IS NULL";

    /** The graph, with an agent that naps for as long as its input says, or always as long. */
    private void publish(String agent) throws FaultsException, InterruptedException {
        place.publish("""
                graph: naps
                state: { log: { reducer: append } }
                nodes:
                  nap: { agent: %s, input: "{'millis': %d}", output: "{'log': [1]}" }
                edges:
                  - { from: START, to: nap }
                  - { from: nap, when: 'size(state.log) < 400', to: nap }
                  - { from: nap, otherwise: true, to: END }
                limits: { supersteps: 100000 }
                """.formatted(agent, MILLIS));
    }

    /** Publishes the graph, and runs it, for workers to learn from. */
    void learn(String agent) throws FaultsException, InterruptedException {
        publish(agent);
        begin(LESSON, RUNS_OF_LESSON);
        end(LESSON, RUNS_OF_LESSON);
    }

    /** Triggers so many, and waits until each has napped once. */
    void begin(String prefix, int runs) throws InterruptedException {
        for (int i = 0; i < runs; i++) {
            place.trigger(GRAPH, prefix + i);
        }
        place.flush();
        Ground.await(() -> place.count(ALL, prefix) == runs && place.count(UNTOUCHED, prefix) == 0);
    }

    /** They have done what they were there for. */
    void end(String prefix, int runs) throws InterruptedException {
        for (int i = 0; i < runs; i++) {
            place.send(
                    place.topics().control(),
                    prefix + i,
                    JsonNodeFactory.instance.objectNode().put("type", "cancel").put("runId", prefix + i));
        }
        place.flush();
        Ground.await(() -> place.count(UNDER_WAY, prefix) == 0);
    }
}
