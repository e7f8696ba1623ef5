package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Migration;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.history.runs.RunLookup;
import dev.postroad.runtime.journal.Snapshots;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What happened to single runs, and the states that they had. Thread-safe. */
public final class RunPast {
    private final RunLookup lookup;
    private final PublishedDefinitions definitions;
    private final Journals journals;
    private final Snapshots snapshots;
    private final FollowedRuns followed = new FollowedRuns();

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
        follow(runId, run -> run.addTo(versions, filter, limit), unreadable);
        return versions;
    }

    /** The last of the versions that are wanted, the newest first; else as {@link #versions}. */
    public List<StateVersion> newestVersions(
            String runId, VersionFilter filter, int limit, Consumer<CorruptHistoryException> unreadable) {
        Deque<StateVersion> versions = new ArrayDeque<>();
        follow(runId, run -> run.addLastTo(versions, filter, limit), unreadable);
        return List.copyOf(versions).reversed();
    }

    /** @param reader false where the run became too long for it meanwhile, and is to be followed anew */
    private void follow(String runId, Predicate<FollowedRun> reader, Consumer<CorruptHistoryException> unreadable) {
        lookup.first(runId).ifPresent(first -> {
            Supplier<FollowedRun> beginning = () -> new FollowedRun(beginning(runId, first), journals);
            try {
                boolean isRead = false;
                while (!isRead) {
                    isRead = reader.test(followed.of(first.number(), beginning));
                }
            } catch (CorruptHistoryException misfit) {
                unreadable.accept(misfit);
            }
        });
    }

    /**
     * The state of a run.
     *
     * @param version the number of the state; null for the newest
     * @return empty where there is no such run, or it has no such version
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<RunState> state(String runId, @Nullable Integer version) {
        return lookup.first(runId)
                .flatMap(first -> at(runId, first, version == null ? OptionalInt.empty() : OptionalInt.of(version)))
                .map(StateFold::stateOf);
    }

    /** The run at the end of a version, or as it is now; empty where it has no such version. */
    private Optional<Run> at(String runId, RunLookup.First first, OptionalInt version) {
        return kept(first, version)
                .or(() -> Optional.of(latest(runId, version.orElse(Integer.MAX_VALUE), first))
                        .filter(run -> version.isEmpty() || run.version() == version.getAsInt()));
    }

    /** What was followed for somebody who looks at its versions is at hand; where it breaks, a snapshot may reach further. */
    private Optional<Run> kept(RunLookup.First first, OptionalInt version) {
        try {
            return followed.known(first.number()).flatMap(run -> run.at(version));
        } catch (CorruptHistoryException misfit) {
            return Optional.empty();
        }
    }

    /** What would be lost if a run went on under another version of its graph; empty where there is no such run. */
    public Optional<MigrationPlan> migration(String runId, int toVersion) {
        return lookup.first(runId).map(found -> {
            Run run = latest(runId, Integer.MAX_VALUE, found);
            List<String> lost = definitions
                    .graphIfStored(found.graph(), toVersion)
                    .map(into -> Migration.faults(run, into))
                    .orElseGet(() -> List.of("there is no version " + toVersion + " of graph " + found.graph()));
            return new MigrationPlan(runId, found.graph(), run.graph().version(), toVersion, run.status(), lost);
        });
    }

    /** Where a run pauses as it is now; empty where there is no such run. */
    public Optional<Breakpoints> breakpoints(String runId) {
        return lookup.first(runId)
                .map(found -> latest(runId, Integer.MAX_VALUE, found).breakpoints());
    }

    /** From the nearest snapshot on; from the beginning where what follows it cannot be read so. */
    private Run latest(String runId, int lastVersion, RunLookup.First first) {
        PublishedGraphs versions = versions(first.graph());
        Optional<Run> snapshot = snapshots.before(runId, lastVersion, versions);
        if (snapshot.isPresent()) {
            try {
                return follow(runId, new StateFold(snapshot.get(), versions), lastVersion);
            } catch (CorruptHistoryException misfit) {
                // The journal alone is what counts, and says where it breaks.
            }
        }
        return follow(runId, beginning(runId, first), lastVersion);
    }

    /**
     * What tells a state of a run from another one.
     *
     * @return empty where there is no such run, or one of the versions is missing
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<StateDiff> diff(String runId, int from, int to) {
        return lookup.first(runId).flatMap(first -> {
            Optional<Run> before = at(runId, first, OptionalInt.of(from));
            Optional<Run> after = before.flatMap(_ -> at(runId, first, OptionalInt.of(to)));
            return after.map(run -> StateDiff.of(StateFold.stateOf(before.orElseThrow()), StateFold.stateOf(run)));
        });
    }

    /** The run after the last of its events whose version is no higher. */
    private Run follow(String runId, StateFold fold, int lastVersion) {
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
    private StateFold beginning(String runId, RunLookup.First first) {
        return new StateFold(runId, first.version(), versions(first.graph()));
    }

    private PublishedGraphs versions(String graph) {
        return PublishedGraphs.of(graph, definitions::graph);
    }
}
