package dev.postroad.cli.drawing;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;

/** Graphs that are well-formed, but may lead anywhere. */
@NullMarked
final class RandomGraphs {
    private RandomGraphs() {}

    static GraphDefinition of(String yaml) throws FaultsException {
        return (GraphDefinition) Definitions.readAll(yaml).getFirst();
    }

    static GraphDefinition ofSeed(int seed) throws FaultsException {
        Random random = new Random(seed);
        int count = 1 + random.nextInt(14);
        List<String> names = new ArrayList<>();
        StringBuilder yaml = new StringBuilder("graph: random\nnodes:\n");
        for (int i = 0; i < count; i++) {
            names.add("n" + i + "x".repeat(random.nextInt(12)));
        }
        for (String name : names) {
            String more = (random.nextInt(8) == 0 ? ", onError: " + any(names, random) : "")
                    + (random.nextInt(8) == 0 ? ", goto: " + some(names, random, 3) : "");
            yaml.append("  ").append(name).append(": { agent: a").append(more).append(" }\n");
        }
        yaml.append("edges:\n  - { from: START, to: ")
                .append(some(names, random, 4))
                .append(" }\n");
        for (int i = random.nextInt(2 * count + 1); i >= 0; i--) {
            boolean join = random.nextInt(4) == 0;
            List<String> from = join ? some(names, random, 4) : List.of(any(names, random));
            String more = switch (from.size() == 1 ? random.nextInt(5) : 0) {
                case 1 -> ", when: 'true'";
                case 2 -> ", otherwise: true";
                case 3 -> ", forEach: state.list, as: x";
                default -> "";
            };
            String to = random.nextInt(4) == 0 ? "END" : some(names, random, 4).toString();
            yaml.append("  - { from: ")
                    .append(from)
                    .append(", to: ")
                    .append(to)
                    .append(more)
                    .append(" }\n");
        }
        return of(yaml.toString());
    }

    private static String any(List<String> names, Random random) {
        return names.get(random.nextInt(names.size()));
    }

    private static List<String> some(List<String> names, Random random, int most) {
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, Math.min(names.size(), 1 + random.nextInt(most)));
    }
}
