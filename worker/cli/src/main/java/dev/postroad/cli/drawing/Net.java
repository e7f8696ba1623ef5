package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Link;
import dev.postroad.runtime.drawing.Link.Way;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lines that are drawn as one: each of its sources leads to each of its targets.
 *
 * @param label stands where it leaves its source; empty for none
 */
record Net(int number, Set<String> from, Set<String> to, Way way, Course course, String label) {
    /** Where it leads. */
    enum Course {
        DOWN,
        /** To the side and up, for a loop. */
        BACK
    }

    /** A link with what stands at it in the picture. */
    record Labelled(Link link, String label) {}

    /** Of several plain links with the same targets one is made, so that there are fewer lines. */
    static List<Net> of(List<Labelled> links, Layers layers) {
        List<Net> nets = new ArrayList<>();
        Map<String, Set<String>> plain = new LinkedHashMap<>();
        for (Labelled labelled : links) {
            Link link = labelled.link();
            int layer = layers.of(link.from());
            Set<String> down = new LinkedHashSet<>(link.to());
            down.removeIf(to -> layers.of(to) <= layer);
            Set<String> back = new LinkedHashSet<>(link.to());
            back.removeAll(down);
            if (link.isPlain()) {
                plain.computeIfAbsent(link.from(), _ -> new LinkedHashSet<>()).addAll(down);
            } else if (!down.isEmpty()) {
                nets.add(new Net(nets.size(), Set.of(link.from()), down, link.way(), Course.DOWN, labelled.label()));
            }
            if (!back.isEmpty()) {
                nets.add(new Net(nets.size(), Set.of(link.from()), back, link.way(), Course.BACK, labelled.label()));
            }
        }
        Map<Set<String>, Set<String>> byTargets = new LinkedHashMap<>();
        plain.forEach((from, to) ->
                byTargets.computeIfAbsent(to, _ -> new LinkedHashSet<>()).add(from));
        byTargets.remove(Set.of());
        byTargets.forEach((to, from) -> nets.add(new Net(nets.size(), from, to, Way.EDGE, Course.DOWN, "")));
        return nets;
    }

    /** The layers that it passes through between steps. */
    Set<Integer> passed(Layers layers) {
        Set<Integer> passed = new TreeSet<>();
        if (course == Course.DOWN) {
            int first = from.stream().mapToInt(layers::of).min().orElse(0);
            int last = to.stream().mapToInt(layers::of).max().orElse(0);
            for (int layer = first + 1; layer < last; layer++) {
                passed.add(layer);
            }
        }
        return passed;
    }
}
