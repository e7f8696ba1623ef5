package dev.postroad.engine.run;

import dev.postroad.contracts.json.Shown;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes a run that is under way into another version of its graph, as it stands: its tasks, what its joins have seen, its
 * questions, its state. Nothing of it may be lost on the way: {@link #faults} says what would be. What is moved depends on
 * the run and the two versions alone, so that a journal tells the same each time. Thread-safe.
 */
public final class Migration {
    /** What a refusal is known by to programs. */
    static final String NO_PLACE = "no-place";

    /** The most that is said of one run. */
    private static final int MOST_FAULTS = 50;

    private Migration() {}

    /**
     * Everything of a run that has no place in another version of its graph, for people; empty where it can go on there. A
     * run that is running is looked at once more at its next superstep, as then other things are under way.
     */
    public static List<String> faults(Run run, Graph into) {
        Graph from = run.graph();
        if (from.version() == Graph.OF_AGENT) {
            return List.of("the run is of a single agent, which has no versions");
        }
        if (!into.name().equals(from.name())) {
            return List.of("the run is of graph " + Shown.name(from.name()));
        }
        if (into.version() == from.version()) {
            return List.of("the run goes by version " + from.version() + " already");
        }
        List<String> faults = run.hasBegun() ? ofBegun(run, into) : ofQueued(run, into);
        run.enqueued().stream()
                .map(waiting -> into.refusal(waiting.input()))
                .filter(Objects::nonNull)
                .distinct()
                .forEach(refusal -> faults.add("an input that waits for the end of the run has no place: " + refusal));
        return faults.size() <= MOST_FAULTS ? List.copyOf(faults) : List.copyOf(faults.subList(0, MOST_FAULTS));
    }

    private static List<String> ofBegun(Run run, Graph into) {
        List<String> faults = Misfits.of(run.root(), into);
        boolean isAsked = !run.status().isEnded() && run.status() != dev.postroad.contracts.message.RunStatus.RUNNING;
        if (faults.isEmpty() && isAsked && run.root().isHeld()) {
            Frame moved = Relocation.of(run.root(), into);
            if (!moved.isHeld()) {
                faults.add("it waits before or after a node as its definition says (interruptBefore, interruptAfter),"
                        + " and that version does not say so");
            }
        }
        if (!run.status().isEnded() && begins(run.baseline())) {
            Transplant.misfits(into, run.baseline())
                    .forEach(fault -> faults.add("of the state before the input that it works on: " + fault));
        }
        return faults;
    }

    private static List<String> ofQueued(Run run, Graph into) {
        Snapshot base = run.admission().base();
        if (base != null) {
            return new ArrayList<>(Transplant.misfits(
                    into, Intervention.begunWith(run.root(), run.admission().input(), base)));
        }
        String refusal = into.refusal(run.admission().input());
        return new ArrayList<>(refusal == null ? List.of() : List.of("its input has no place: " + refusal));
    }

    /** Whether there was anything before the input that the run works on. */
    private static boolean begins(Frame baseline) {
        return baseline.superstep().number() > 0;
    }

    /** Takes a run there that has no faults; of the fold alone. */
    static void apply(Run run, Graph into) {
        Graph from = run.graph();
        if (run.hasBegun()) {
            Frame baseline = run.baseline();
            run.root = Relocation.of(run.root(), into);
            run.baseline = baseline(baseline, into, run.root);
        } else {
            Snapshot base = run.admission().base();
            if (base != null) {
                Frame begun = Intervention.begunWith(run.root(), run.admission().input(), base);
                run.arrival = new Arrival.Admitted(run.admission().onto(Transplant.moved(into, begun)), run.queuedAt());
            }
            run.root = Frame.empty(into, "");
            run.baseline = run.root;
        }
        run.completedNodes = completed(run.completedNodes, from, into);
        run.arrival = new Arrival.Admitted(run.admission().under(run.id(), into), run.queuedAt());
        run.graph = into;
    }

    /** Where what was before has no place, which only an ended run may have, there is nothing before what is now. */
    private static Frame baseline(Frame baseline, Graph into, Frame now) {
        if (!begins(baseline)) {
            return Frame.empty(into, "");
        }
        return Transplant.misfits(into, baseline).isEmpty()
                ? Relocation.of(baseline, Transplant.moved(into, baseline), into)
                : now;
    }

    private static BitSet completed(BitSet before, Graph from, Graph into) {
        BitSet after = new BitSet();
        for (Node node : from.nodes().values()) {
            Node there = into.nodes().get(node.name());
            if (there != null && before.get(node.index())) {
                after.set(there.index());
            }
        }
        return after;
    }

    /**
     * A migration that is to take place.
     *
     * @param commandId who asked for it
     * @param graph the version that the run is to go by
     */
    record Asked(String commandId, Graph graph) {}

    /**
     * A migration that took place.
     *
     * @param seq of its event, the first of the new version
     * @param from the version that applied before
     */
    public record Done(int seq, int from) {}

    /** Whether a run that is running is between two supersteps, or as near to that as it comes. */
    static boolean isDue(Run run) {
        Frame root = run.root();
        return run.migrating() != null
                && (root.superstep().isEmpty()
                        || (Eager.is(root) ? !root.isBusy() : root.superstep().isUntouched()));
    }

    /** Whether a graph begins nothing more until the run has migrated: only there supersteps overlap. */
    static boolean holds(Run run, Frame frame) {
        return run.migrating() != null && !frame.isInside() && Eager.is(frame);
    }

    /** What is said where a run has no place. */
    static RefusedException refused(Graph into, List<String> faults) {
        return new RefusedException(
                NO_PLACE,
                "version " + into.version() + " of graph " + into.name() + " cannot take the run over: "
                        + String.join("; ", faults));
    }

    /** The asked one, where its command is this. */
    static boolean answers(@Nullable Asked asked, String commandId) {
        return asked != null && asked.commandId().equals(commandId);
    }
}
