package dev.postroad.bench;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The graphs that are measured. */
final class Graphs {
    private static final String HEAD =
            "graph: %s\nstate: { count: { reducer: sum }, log: { reducer: append } }\nnodes:\n";

    private Graphs() {}

    static String chain(String name, int nodes, String agent) {
        StringBuilder yaml = new StringBuilder(HEAD.formatted(name));
        for (int i = 0; i < nodes; i++) {
            yaml.append("  n%03d: { agent: %s }\n".formatted(i, agent));
        }
        yaml.append("edges:\n  - { from: START, to: n000 }\n");
        for (int i = 1; i < nodes; i++) {
            yaml.append("  - { from: n%03d, to: n%03d }\n".formatted(i - 1, i));
        }
        return yaml.append("  - { from: n%03d, to: END }\nlimits: { supersteps: 100000 }\n".formatted(nodes - 1))
                .toString();
    }

    /** A chain whose last nodes are done by another agent. */
    static String chain(String name, int nodes, String agent, int others, String otherAgent) {
        String yaml = chain(name, nodes, agent);
        for (int i = nodes - others; i < nodes; i++) {
            yaml = yaml.replace(
                    "n%03d: { agent: %s }".formatted(i, agent), "n%03d: { agent: %s }".formatted(i, otherAgent));
        }
        return yaml;
    }

    static String fan(String name, int width, String agent) {
        String all = IntStream.range(0, width).mapToObj("w%03d"::formatted).collect(Collectors.joining(", ", "[", "]"));
        StringBuilder yaml = new StringBuilder(HEAD.formatted(name));
        yaml.append("  first: { agent: %s }\n  last: { agent: %s }\n".formatted(agent, agent));
        for (int i = 0; i < width; i++) {
            yaml.append("  w%03d: { agent: %s }\n".formatted(i, agent));
        }
        return yaml.append("edges:\n  - { from: START, to: first }\n")
                .append("  - { from: first, to: %s }\n  - { from: %s, to: last }\n".formatted(all, all))
                .append("  - { from: last, to: END }\n")
                .toString();
    }

    static String loop(String name, int times, String agent) {
        return HEAD.formatted(name) + "  step: { agent: %s, input: '{}' }\n".formatted(agent)
                + "edges:\n  - { from: START, to: step }\n"
                + "  - { from: step, when: 'size(state.log) < %d', to: step }\n".formatted(times)
                + "  - { from: step, otherwise: true, to: END }\nlimits: { supersteps: 100000 }\n";
    }

    /** A chain whose last node fails at times. */
    static String chainThatFailsAtTimes(String name, int nodes) {
        String last = "n%03d: { agent: ".formatted(nodes - 1);
        return chain(name, nodes, NoOperation.NAME)
                .replace(last + NoOperation.NAME, last + "bench-fails-at-times, retry: { maxAttempts: 1 }");
    }

    /** One node that takes some time. */
    static String nap(String name, long millis) {
        return HEAD.formatted(name) + "  nap: { agent: bench-nap, input: \"{'millis': %d}\" }\n".formatted(millis)
                + "edges:\n  - { from: START, to: nap }\n  - { from: nap, to: END }\n";
    }

    /** Asks a person, and ends with the answer. */
    static String question(String name) {
        return HEAD.formatted(name)
                + "  ask: { interrupt: \"{'question': 'Go on?'}\", output: \"{'log': [result]}\" }\n"
                + "edges:\n  - { from: START, to: ask }\n  - { from: ask, to: END }\n";
    }

    /** Makes a state of so many KiB, counts to a number in as many steps, and asks a person. */
    static String longRun(String name, int kibibytes, int steps) {
        return HEAD.formatted(name)
                + "  fill: { agent: bench-one-kibibyte, input: '{}' }\n"
                + "  step: { agent: %s, input: '{}', output: \"{'count': 1}\" }\n".formatted(NoOperation.NAME)
                + "  ask: { interrupt: \"{'question': 'Go on?'}\", output: '{}' }\n"
                + "edges:\n  - { from: START, to: fill }\n"
                + "  - { from: fill, when: 'size(state.log) < %d', to: fill }\n".formatted(kibibytes)
                + "  - { from: fill, otherwise: true, to: step }\n"
                + "  - { from: step, when: 'state.count < %d', to: step }\n".formatted(steps)
                + "  - { from: step, otherwise: true, to: ask }\n"
                + "  - { from: ask, to: END }\nlimits: { supersteps: 1000000 }\n";
    }
}
