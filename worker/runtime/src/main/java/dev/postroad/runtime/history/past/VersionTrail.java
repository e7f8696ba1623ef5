package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunResumed;
import dev.postroad.engine.run.EventBody.RunRetried;
import dev.postroad.engine.run.EventBody.StateUpdated;
import dev.postroad.engine.run.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Follows a journal and tells of each version how it was made. Confined to one thread. */
final class VersionTrail {
    private static final int MOST_GIVERS = 100;

    private final StateFold fold;
    /** The tasks whose work waits to be merged. */
    private final Map<String, Done> done = new LinkedHashMap<>();

    /** Who gave commands since the last version. */
    private final Set<String> givers = new LinkedHashSet<>();

    /** What a task of a node wrote. */
    private record Done(String node, Set<String> channels) {}

    VersionTrail(StateFold beginning) {
        fold = beginning;
    }

    /** The run after the last event. */
    Run run() {
        return fold.run();
    }

    /** Follows one event further; gives the version that it made, if it made one. */
    @Nullable
    StateVersion after(RunEvent stored) {
        Run before = fold.run();
        Event event = fold.add(stored);
        Run run = fold.run();
        note(event);
        note(stored, event);
        if (run.version() == before.version()) {
            return null;
        }
        List<String> nodes = contributors(event.body());
        List<String> changed = changed(before.state(), run.state());
        Map<String, List<String>> writers = writers(changed, event.body());
        if (!(event.body() instanceof RunResumed)) {
            done.clear();
        }
        List<String> by = List.copyOf(givers);
        givers.clear();
        return new StateVersion(
                run.version(),
                event.seq(),
                event.at(),
                event.body().type(),
                nodes,
                event.superstep(),
                changed,
                writers,
                run.next(),
                by);
    }

    /** What a command was refused for changed nothing. */
    private void note(RunEvent stored, Event event) {
        String by = stored.data().path("by").textValue();
        if (by != null && givers.size() < MOST_GIVERS && !(event.body() instanceof EventBody.CommandRejected)) {
            givers.add(by);
        }
    }

    private void note(Event event) {
        switch (event.body()) {
            case NodeCompleted completed -> {
                String task = Objects.requireNonNull(event.task());
                // What is done inside a node of this graph comes with that node.
                if (task.indexOf('/') < 0) {
                    Set<String> channels = new LinkedHashSet<>();
                    completed.writes().forEach(writes -> writes.fieldNames().forEachRemaining(channels::add));
                    done.put(task, new Done(Objects.requireNonNull(event.node()), channels));
                }
            }
            case RunFailed failed -> failed.tasks().forEach(done::remove);
            case RunRetried retried -> retried.tasks().forEach(done::remove);
            case RunResumed resumed -> resumed.again().forEach(done::remove);
            case EventBody.RunQueued _,
                    EventBody.RunStarted _,
                    EventBody.NodeStarted _,
                    EventBody.NodeRetrying _,
                    EventBody.NodeCalling _,
                    EventBody.NodeWaiting _,
                    EventBody.NodeReminded _,
                    EventBody.NodeReassigned _,
                    EventBody.BudgetExceeded _,
                    EventBody.NodeFailed _,
                    EventBody.NodeCancelled _,
                    EventBody.RunCancelled _,
                    EventBody.RunCompleted _,
                    EventBody.RunWaiting _,
                    EventBody.RunContinued _,
                    StateUpdated _,
                    EventBody.RunRolledBack _,
                    EventBody.RunPausing _,
                    EventBody.RunPaused _,
                    EventBody.RunForked _,
                    EventBody.RunMigrating _,
                    EventBody.RunMigrated _,
                    EventBody.RunUnpaused _,
                    EventBody.BreakpointsSet _,
                    EventBody.CommandRejected _ -> {}
        }
    }

    private List<String> contributors(EventBody made) {
        Set<String> nodes = new TreeSet<>();
        merged(made).forEach(task -> nodes.add(task.node()));
        return List.copyOf(nodes);
    }

    /** What is in a version that was not in the one before. */
    private Collection<Done> merged(EventBody made) {
        if (made instanceof StateUpdated updated) {
            Set<String> channels = new LinkedHashSet<>();
            updated.writes().fieldNames().forEachRemaining(channels::add);
            List<Done> all = new ArrayList<>(updated.base() == null ? done.values() : List.of());
            all.add(new Done(updated.asNode(), channels));
            return all;
        }
        return made instanceof NodeCompleted ? done.values() : List.of();
    }

    private Map<String, List<String>> writers(List<String> changed, EventBody made) {
        Map<String, List<String>> writers = new LinkedHashMap<>();
        for (String channel : changed) {
            Set<String> nodes = new TreeSet<>();
            merged(made).stream()
                    .filter(task -> task.channels().contains(channel))
                    .forEach(task -> nodes.add(task.node()));
            if (!nodes.isEmpty()) {
                writers.put(channel, List.copyOf(nodes));
            }
        }
        return writers;
    }

    private static List<String> changed(ObjectNode before, ObjectNode after) {
        Set<String> channels = new LinkedHashSet<>();
        after.fieldNames().forEachRemaining(channels::add);
        before.fieldNames().forEachRemaining(channels::add);
        List<String> changed = new ArrayList<>(channels);
        changed.removeIf(channel -> Objects.equals(before.get(channel), after.get(channel)));
        return changed;
    }
}
