package dev.postroad.engine.run;

import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Triggers.Fired;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where tasks lead to. */
final class Targets {
    private Targets() {}

    /**
     * What was chosen, and what is led to in any case.
     *
     * @param chosen null where nobody had a say
     */
    static List<Target> of(List<String> always, @Nullable List<Target> chosen) {
        if (chosen == null || chosen.isEmpty()) {
            if (always.size() == 1) {
                return List.of(Target.of(always.getFirst()));
            }
            return always.stream().map(Target::of).toList();
        }
        List<Target> targets = new ArrayList<>(chosen);
        always.forEach(node -> targets.add(Target.of(node)));
        return targets;
    }

    /** The nodes that are merely triggered. */
    static List<String> triggering(List<Target> targets) {
        return targets.stream()
                .filter(target -> target.input() == null && !target.none())
                .map(Target::node)
                .toList();
    }

    /** How many are handed an input of their own, each of which is one task. */
    static int handed(@Nullable List<Target> targets) {
        int handed = 0;
        if (targets != null) {
            for (Target target : targets) {
                handed += target.input() == null ? 0 : 1;
            }
        }
        return handed;
    }

    /** Those that are handed an input of their own. */
    static List<Target> handing(List<Target> targets) {
        return handed(targets) == 0
                ? List.of()
                : targets.stream().filter(target -> target.input() != null).toList();
    }

    /**
     * Beside what is done, the nodes that a fan-out over nothing led to count as done, for the joins behind them: unless
     * something else leads there, which is yet to be done.
     */
    static List<Fired> withEmptied(List<Fired> fired, List<Target> chosen) {
        if (chosen.stream().noneMatch(Target::none)) {
            return fired;
        }
        Set<String> busy = new HashSet<>();
        fired.forEach(done -> busy.addAll(done.targets()));
        handing(chosen).forEach(target -> busy.add(target.node()));
        List<Fired> all = new ArrayList<>(fired);
        chosen.stream()
                .filter(target -> target.none() && busy.add(target.node()))
                .forEach(target -> all.add(new Fired(target.node(), List.of())));
        return all;
    }
}
