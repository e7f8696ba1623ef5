package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Migration;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.history.runs.RunLookup;
import dev.postroad.runtime.journal.Snapshots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What happened to single runs, and the states that they had. Thread-safe. */
public final class RunPast {
    private final RunLookup lookup;
    private final PublishedDefinitions definitions;
    private final Journals journals;
    private final Snapshots snapshots;

    public RunPast(Jdbi postgres, DataSource database) {
        lookup = new RunLookup(postgres);
        definitions = new PublishedDefinitions(postgres);
        journals = new Journals(postgres);
        snapshots = new Snapshots(database);
    }

    /** The journal of a run from a place on; empty where there is no such run. */
    public List<RunEvent> events(String runId, int fromSeq) {
        return journals.from(runId, fromSeq);
    }

    /** The next of the events that are wanted, in their order; see {@code RunHistory}. */
    public List<RunEvent> events(String runId, EventFilter filter, int afterSeq, int limit) {
        return journals.page(runId, filter, afterSeq, limit);
    }

    /** The last of the events before one, the newest first; see {@code RunHistory}. */
    public List<RunEvent> eventsBefore(String runId, EventFilter filter, int beforeSeq, int limit) {
        return journals.before(runId, filter, beforeSeq, limit);
    }

    /** The events by which runs have answered commands; see {@code RunHistory}. */
    public List<RunEvent> answers(Map<String, String> commandIds) {
        return journals.answers(commandIds);
    }

    /**
     * How the states of a run came to be, the oldest first; without the graph's initial state, which nothing made. Empty
     * where there is no such run.
     *
     * @param limit at most so many, 1 or more
     * @param unreadable told why the journal cannot be followed further than what is given, where it cannot
     * @throws CorruptHistoryException where its graph cannot be read
     */
    public List<StateVersion> versions(
            String runId, VersionFilter filter, int limit, Consumer<CorruptHistoryException> unreadable) {
        List<StateVersion> versions = new ArrayList<>();
        beginning(runId).ifPresent(beginning -> {
            VersionTrail trail = new VersionTrail(beginning);
            journals.read(runId, event -> {
                try {
                    StateVersion made = trail.after(event);
                    if (made != null && filter.accepts(made)) {
                        versions.add(made);
                    }
                    return versions.size() < limit && event.version() <= filter.toVersion();
                } catch (CorruptHistoryException misfit) {
                    unreadable.accept(misfit);
                    return false;
                }
            });
        });
        return versions;
    }

    /**
     * The state of a run.
     *
     * @param version the number of the state; null for the newest
     * @return empty where there is no such run, or it has no such version
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<RunState> state(String runId, @Nullable Integer version) {
        int last = version == null ? Integer.MAX_VALUE : version;
        return lookup.first(runId)
                .map(first -> latest(runId, last, first.graph()))
                .filter(run -> version == null || run.version() == version)
                .map(StateFold::stateOf);
    }

    /** What would be lost if a run went on under another version of its graph; empty where there is no such run. */
    public Optional<MigrationPlan> migration(String runId, int toVersion) {
        return lookup.first(runId).map(found -> {
            Run run = latest(runId, Integer.MAX_VALUE, found.graph());
            List<String> lost = definitions
                    .graphIfStored(found.graph(), toVersion)
                    .map(into -> Migration.faults(run, into))
                    .orElseGet(() -> List.of("there is no version " + toVersion + " of graph " + found.graph()));
            return new MigrationPlan(runId, found.graph(), run.graph().version(), toVersion, run.status(), lost);
        });
    }

    /** From the nearest snapshot on; from the beginning where what follows it cannot be read so. */
    private Run latest(String runId, int lastVersion, String graph) {
        PublishedGraphs versions = versions(graph);
        Optional<Run> snapshot = snapshots.before(runId, lastVersion, versions);
        if (snapshot.isPresent()) {
            try {
                return follow(runId, new StateFold(snapshot.get(), versions), lastVersion, run -> {});
            } catch (CorruptHistoryException misfit) {
                // The journal alone is what counts, and says where it breaks.
            }
        }
        return follow(runId, beginning(runId).orElseThrow(), lastVersion, run -> {});
    }

    /**
     * What tells a state of a run from another one.
     *
     * @return empty where there is no such run, or one of the versions is missing
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<StateDiff> diff(String runId, int from, int to) {
        Map<Integer, Run> states = new HashMap<>();
        follow(runId, Math.max(from, to), run -> {
            if (run.version() == from || run.version() == to) {
                states.put(run.version(), run);
            }
        });
        Run before = states.get(from);
        Run after = states.get(to);
        return before == null || after == null
                ? Optional.empty()
                : Optional.of(StateDiff.of(StateFold.stateOf(before), StateFold.stateOf(after)));
    }

    private void follow(String runId, int lastVersion, Consumer<Run> reader) {
        beginning(runId).ifPresent(beginning -> {
            Run _ = follow(runId, beginning, lastVersion, reader);
        });
    }

    /** Hands over a run after each of its events, as long as its version is no higher; gives the last of them. */
    private Run follow(String runId, StateFold fold, int lastVersion, Consumer<Run> reader) {
        journals.read(runId, fold.run().seq() + 1, event -> {
            if (event.version() > lastVersion) {
                return false;
            }
            try {
                fold.add(event);
            } catch (CorruptHistoryException misfit) {
                // No event of a version changes its state, so what cannot be read there does not matter.
                if (fold.run().version() < lastVersion) {
                    throw misfit;
                }
                return false;
            }
            reader.accept(fold.run());
            return true;
        });
        return fold.run();
    }

    /**
     * When the attempts of a run were under way.
     *
     * @return empty where there is no such run
     */
    public Optional<RunTimeline> timeline(String runId) {
        return lookup.find(runId).map(run -> {
            TimelineFold fold = new TimelineFold();
            journals.readTimes(runId, event -> {
                fold.add(event);
                return true;
            });
            return new RunTimeline(runId, run.status(), run.queuedAt(), run.startedAt(), run.endedAt(), fold.bars());
        });
    }

    /** The run before its first event, by the version of its graph that applied to that. */
    private Optional<StateFold> beginning(String runId) {
        return lookup.first(runId).map(first -> new StateFold(runId, first.version(), versions(first.graph())));
    }

    private PublishedGraphs versions(String graph) {
        return PublishedGraphs.of(graph, definitions::graph);
    }
}
