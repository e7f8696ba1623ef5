package dev.postroad.runtime.history;

import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.budgets.BudgetListing;
import dev.postroad.runtime.history.budgets.BudgetReport;
import dev.postroad.runtime.history.costs.CostListing;
import dev.postroad.runtime.history.costs.CostReport;
import dev.postroad.runtime.history.past.EventFilter;
import dev.postroad.runtime.history.past.MigrationPlan;
import dev.postroad.runtime.history.past.RunPast;
import dev.postroad.runtime.history.past.RunState;
import dev.postroad.runtime.history.past.RunTimeline;
import dev.postroad.runtime.history.past.StateDiff;
import dev.postroad.runtime.history.past.StateVersion;
import dev.postroad.runtime.history.past.VersionFilter;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.history.runs.LimitListing;
import dev.postroad.runtime.history.runs.LimitReport;
import dev.postroad.runtime.history.runs.QueueCounting;
import dev.postroad.runtime.history.runs.QueueReport;
import dev.postroad.runtime.history.runs.RunCounting;
import dev.postroad.runtime.history.runs.RunCounts;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunListing;
import dev.postroad.runtime.history.runs.RunLookup;
import dev.postroad.runtime.history.runs.RunOrder;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.history.waiting.WaitingListing;
import dev.postroad.runtime.history.waiting.WaitingPage;
import dev.postroad.runtime.journal.PrunedRun;
import dev.postroad.runtime.journal.PrunedRuns;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What Postgres holds of runs: the door to the rooms of this package. Sees what was committed before the call. Thread-safe. */
public final class RunHistory {
    private final RunLookup lookup;
    private final RunListing listing;
    private final RunCounting counting;
    private final WaitingListing waiting;
    private final QueueCounting queue;
    private final LimitListing limits;
    private final BudgetListing budgets;
    private final CostListing costs;
    private final RunPast past;
    private final PrunedRuns pruned;

    public RunHistory(DataSource database) {
        Jdbi postgres = Jdbi.create(database);
        lookup = new RunLookup(postgres);
        listing = new RunListing(postgres);
        counting = new RunCounting(postgres);
        waiting = new WaitingListing(postgres);
        queue = new QueueCounting(postgres);
        limits = new LimitListing(postgres);
        budgets = new BudgetListing(postgres);
        costs = new CostListing(postgres);
        past = new RunPast(postgres, database);
        pruned = new PrunedRuns(postgres);
    }

    /** The limits on the runs of graphs, with their use over all workers. */
    public List<LimitReport> limits() {
        return limits.all();
    }

    /**
     * What runs and agents used.
     *
     * @param since null for thirty days ago
     */
    public CostReport costs(@Nullable Instant since) {
        return costs.since(since);
    }

    /** The tags of a run; empty where there is no such run. */
    public Optional<Map<String, String>> tags(String runId) {
        return lookup.tags(runId);
    }

    /** The run of an id, with what keeps it from going on and what it spent until now. */
    public Optional<RunSummary> find(String runId) {
        return lookup.find(runId);
    }

    /** What a run is by; empty where there is no such run. */
    public Optional<RunLookup.First> first(String runId) {
        return lookup.first(runId);
    }

    /** What is known of a run that was deleted; empty where there is a run of that id, or none is known. */
    public Optional<PrunedRun> pruned(String runId) {
        return pruned.find(runId);
    }

    /**
     * Some of the runs that are wanted, the newest first.
     *
     * @param cursor the {@code next} of the page before, for the same filter; null for the first page
     * @param limit at most so many, 1 or more
     * @throws IllegalArgumentException where the cursor is none that a page gave
     */
    public RunPage runs(RunFilter filter, @Nullable String cursor, int limit) {
        return runs(filter, RunOrder.NEWEST, cursor, limit);
    }

    /** The same in an order; of which the cursor is too. */
    public RunPage runs(RunFilter filter, RunOrder order, @Nullable String cursor, int limit) {
        return listing.page(filter, order, cursor, limit);
    }

    /** How many of the runs that are wanted are in which status; no status that is not asked for is counted. */
    public RunCounts counts(RunFilter filter) {
        return counting.count(filter);
    }

    /**
     * Some of the open questions that are wanted, of all runs.
     *
     * @param cursor the {@code next} of the page before, for the same filter; null for the first page
     * @param limit at most so many, 1 or more
     * @throws IllegalArgumentException where the cursor is none that a page gave
     */
    public WaitingPage waiting(WaitingFilter filter, @Nullable String cursor, int limit) {
        return waiting.page(filter, cursor, limit);
    }

    /** The journal of a run from a place on; empty where there is no such run. */
    public List<RunEvent> events(String runId, int fromSeq) {
        return past.events(runId, fromSeq);
    }

    /**
     * The next of the events that are wanted, in their order; empty where there is none, or no such run.
     *
     * @param afterSeq the last event that is known already; 0 for none
     * @param limit at most so many, 1 or more; fewer where they are large
     */
    public List<RunEvent> events(String runId, EventFilter filter, int afterSeq, int limit) {
        return past.events(runId, filter, afterSeq, limit);
    }

    /**
     * The last of the events that are wanted before one, the newest first; empty where there is none, or no such run.
     *
     * @param limit at most so many, 1 or more; fewer where they are large
     */
    public List<RunEvent> eventsBefore(String runId, EventFilter filter, int beforeSeq, int limit) {
        return past.eventsBefore(runId, filter, beforeSeq, limit);
    }

    /**
     * The events by which runs have answered commands; none for those that have not.
     *
     * @param commandIds the commands, by the ids of their runs
     */
    public List<RunEvent> answers(Map<String, String> commandIds) {
        return past.answers(commandIds);
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
        return past.versions(runId, filter, limit, unreadable);
    }

    /** The last of the versions that are wanted, the newest first; else as {@link #versions}. */
    public List<StateVersion> newestVersions(
            String runId, VersionFilter filter, int limit, Consumer<CorruptHistoryException> unreadable) {
        return past.newestVersions(runId, filter, limit, unreadable);
    }

    /**
     * The state of a run.
     *
     * @param version the number of the state; null for the newest
     * @return empty where there is no such run, or it has no such version
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<RunState> state(String runId, @Nullable Integer version) {
        return past.state(runId, version);
    }

    /** Where a run pauses as it is now; empty where there is no such run. */
    public Optional<Breakpoints> breakpoints(String runId) {
        return past.breakpoints(runId);
    }

    /**
     * What would be lost if a run went on under another version of its graph, as it stands now.
     *
     * @return empty where there is no such run
     * @throws CorruptHistoryException where the journal does not fit its graph, or that version is not sound
     */
    public Optional<MigrationPlan> migration(String runId, int toVersion) {
        return past.migration(runId, toVersion);
    }

    /**
     * What tells a state of a run from another one.
     *
     * @return empty where there is no such run, or one of the versions is missing
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<StateDiff> diff(String runId, int from, int to) {
        return past.diff(runId, from, to);
    }

    /**
     * When the attempts of a run were under way.
     *
     * @return empty where there is no such run
     */
    public Optional<RunTimeline> timeline(String runId) {
        return past.timeline(runId);
    }

    /** What was spent of the budgets that runs share, in the periods that count now. */
    public List<BudgetReport> budgets() {
        return budgets.all();
    }

    /** What waits for a place among the running, and what has one, over all workers. */
    public QueueReport queue() {
        return queue.report(Map.of());
    }

    /**
     * The same of some runs.
     *
     * @param tags counts those with all of these, with these values
     */
    public QueueReport queue(Map<String, String> tags) {
        return queue.report(tags);
    }
}
