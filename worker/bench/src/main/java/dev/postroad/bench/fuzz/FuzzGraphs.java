package dev.postroad.bench.fuzz;

import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import java.util.List;

/** What is run: beside what is thrown, and by it. */
final class FuzzGraphs {
    private static final String STATE = """
        state:
          count: { reducer: sum, default: 0 }
          log: { reducer: append }
          text: { default: "" }
        """;

    private static final String SOUND = """
        graph: fuzz-sound
        state: { count: { reducer: sum } }
        nodes:
          one: { agent: bench-no-operation }
          two: { agent: bench-no-operation }
          three: { agent: bench-no-operation }
        edges:
          - { from: START, to: one }
          - { from: one, to: two }
          - { from: two, to: three }
          - { from: three, to: END }
        """;

    private static final String QUICK = "graph: fuzz-quick\n" + STATE + """
        nodes:
          note: { set: "{'log': [state.text], 'count': 1}" }
          again: { set: "{'text': string(size(state.text))}" }
        edges:
          - { from: START, to: note }
          - { from: note, when: "state.count > 4", to: again }
          - { from: note, otherwise: true, to: END }
          - { from: again, to: END }
        """;

    private static final String QUESTION = "graph: fuzz-question\n" + STATE + """
        nodes:
          ask: { interrupt: "{'question': state.text}", output: "{'log': [result]}" }
        edges:
          - { from: START, to: ask }
          - { from: ask, to: END }
        """;

    private static final String FLAKY = "graph: fuzz-flaky\n" + STATE + """
        nodes:
          divide: { set: "{'count': 8 / state.count}" }
          work: { agent: bench-no-operation }
        edges:
          - { from: START, to: divide }
          - { from: divide, to: work }
          - { from: work, to: END }
        """;

    private static final String NAP = "graph: fuzz-nap\n" + STATE + """
        nodes:
          nap: { sleep: "duration('2s')" }
          note: { set: "{'log': ['slept']}" }
        edges:
          - { from: START, to: nap }
          - { from: nap, to: note }
          - { from: note, to: END }
        """;

    private FuzzGraphs() {}

    static void publish(Place place) throws FaultsException, InterruptedException {
        for (String graph : List.of(SOUND, QUICK, QUESTION, FLAKY, NAP)) {
            place.publish(graph);
        }
    }

    /** Is taken up when all that was published before is. */
    static String last(int number) {
        return SOUND.replace("fuzz-sound", "fuzz-last-" + number);
    }
}
