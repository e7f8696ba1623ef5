package dev.postroad.runtime.history;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.history.QueueReport.Line;
import dev.postroad.runtime.journal.Snapshots;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What Postgres holds of runs. Sees what was committed before the call. Thread-safe. */
public final class RunHistory {
    private static final String SUMMARY = "SELECT " + Rows.SUMMARY_COLUMNS + """
            , why, worker, since
            FROM postroad.runs LEFT JOIN postroad.unreadable_runs ON run = id
            WHERE run_id = :runId
            """;
    private static final String QUEUE = """
            SELECT statement_timestamp() AS at, line.*
            FROM (SELECT 1) always
            LEFT JOIN (
                SELECT graph, priority,
                       count(*) FILTER (WHERE status = 'queued') AS queued,
                       count(*) FILTER (WHERE status = 'running') AS running,
                       min(queued_at) FILTER (WHERE status = 'queued') AS oldest_queued_at
                FROM postroad.runs
                WHERE status IN ('queued', 'running')
                GROUP BY graph, priority
            ) line ON true
            ORDER BY line.priority DESC, line.graph
            """;

    private final Jdbi postgres;
    private final Journals journals;
    private final Snapshots snapshots;

    public RunHistory(DataSource database) {
        postgres = Jdbi.create(database);
        journals = new Journals(postgres);
        snapshots = new Snapshots(database);
    }

    /** The run of an id, with what keeps it from going on. */
    public Optional<RunSummary> find(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(SUMMARY)
                .bind("runId", runId)
                .map((row, context) -> Rows.summaryWithReason(row))
                .findOne());
    }

    /**
     * Some of the runs that are wanted, the newest first.
     *
     * @param cursor the {@code next} of the page before, for the same filter; null for the first page
     * @param limit at most so many, 1 or more
     * @throws IllegalArgumentException where the cursor is none that a page gave
     */
    public RunPage runs(RunFilter filter, @Nullable String cursor, int limit) {
        return new RunListing(postgres).page(filter, cursor, limit);
    }

    /** How many of the runs that are wanted are in which status; no status that is not asked for is counted. */
    public RunCounts counts(RunFilter filter) {
        return new RunCounting(postgres).count(filter);
    }

    /**
     * Some of the open questions that are wanted, of all runs.
     *
     * @param cursor the {@code next} of the page before, for the same filter; null for the first page
     * @param limit at most so many, 1 or more
     * @throws IllegalArgumentException where the cursor is none that a page gave
     */
    public WaitingPage waiting(WaitingFilter filter, @Nullable String cursor, int limit) {
        return new WaitingListing(postgres).page(filter, cursor, limit);
    }

    /** The journal of a run from a place on; empty where there is no such run. */
    public List<RunEvent> events(String runId, int fromSeq) {
        return journals.from(runId, fromSeq);
    }

    /**
     * The next of the events that are wanted, in their order; empty where there is none, or no such run.
     *
     * @param afterSeq the last event that is known already; 0 for none
     * @param limit at most so many, 1 or more; fewer where they are large
     */
    public List<RunEvent> events(String runId, EventFilter filter, int afterSeq, int limit) {
        return journals.page(runId, filter, afterSeq, limit);
    }

    /**
     * The events by which runs have answered commands; none for those that have not.
     *
     * @param commandIds the commands, by the ids of their runs
     */
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
        graphOf(runId).ifPresent(graph -> {
            VersionTrail trail = new VersionTrail(runId, graph);
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
        return graphOf(runId)
                .map(graph -> latest(runId, last, graph))
                .filter(run -> version == null || run.version() == version)
                .map(StateFold::stateOf);
    }

    /** From the nearest snapshot on; from the beginning where what follows it cannot be read so. */
    private Run latest(String runId, int lastVersion, Graph graph) {
        Optional<Run> snapshot = snapshots.before(runId, lastVersion, graph);
        if (snapshot.isPresent()) {
            try {
                return follow(runId, new StateFold(snapshot.get()), lastVersion, run -> {});
            } catch (CorruptHistoryException misfit) {
                // The journal alone is what counts, and says where it breaks.
            }
        }
        return follow(runId, new StateFold(Run.empty(runId, graph)), lastVersion, run -> {});
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
        graphOf(runId).ifPresent(graph -> {
            Run _ = follow(runId, new StateFold(Run.empty(runId, graph)), lastVersion, reader);
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
        return find(runId).map(run -> {
            TimelineFold fold = new TimelineFold();
            journals.readTimes(runId, event -> {
                fold.add(event);
                return true;
            });
            return new RunTimeline(runId, run.status(), run.queuedAt(), run.startedAt(), run.endedAt(), fold.bars());
        });
    }

    /** What waits for a place among the running, and what has one, over all workers. */
    public QueueReport queue() {
        return postgres.withHandle(handle -> handle.createQuery(QUEUE).execute((statement, context) -> {
            try (ResultSet rows = statement.get().getResultSet()) {
                return report(rows);
            }
        }));
    }

    private static QueueReport report(ResultSet rows) throws SQLException {
        List<Line> lines = new ArrayList<>();
        Instant at = Instant.EPOCH;
        while (rows.next()) {
            at = Rows.requiredTime(rows, "at");
            if (rows.getString("graph") != null) {
                lines.add(Rows.line(rows));
            }
        }
        return QueueReport.of(at, lines);
    }

    private Optional<Graph> graphOf(String runId) {
        return find(runId).map(run -> new PublishedDefinitions(postgres).graph(run.graph(), run.graphVersion()));
    }
}
