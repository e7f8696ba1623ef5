package dev.postroad.runtime.run.waking;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalReader.WaitingRun;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import dev.postroad.runtime.run.lane.Lanes;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Lets the runs go on that wait for an agent, as soon as it can be called again: those in memory, and those at rest, which
 * are in Postgres alone. A run may come to its rest at this very moment, because its call was turned away just before; so
 * the look is repeated for a while. One that is found again, because its lane has not come to it yet, is told twice, which
 * changes nothing. Now and then this looks around for runs whose agent came back unseen, while no worker was there to be
 * told. Owns one thread.
 */
public final class AgentWaiters implements AutoCloseable {
    private static final Duration LOOK_FOR = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration LOOK_AROUND_EVERY = Duration.ofSeconds(20);
    private static final int MOST_AT_ONCE = 1_000;

    /** Between two pages of runs, so that what lets them go on does not grow without bound. */
    private static final long PAGE_EVERY_MILLIS = 200;

    private final JournalReader journal;
    private final Lanes lanes;
    private final Supplier<Set<Integer>> owned;
    private final Predicate<String> callable;
    private final InstantSource clock;
    private final AvailableAgents available;
    private final Map<String, Search> searches = new HashMap<>();
    private final Rounds rounds;

    private Set<Integer> lookedAroundIn = Set.of();
    private Instant lookAroundAt;

    /**
     * The look for the runs that wait for one agent.
     *
     * @param until when it is not repeated any more
     * @param nextAt when the next page is read
     * @param after the number of the last run that was found; 0 for a look that begins
     */
    private record Search(Instant until, Instant nextAt, long after) {
        Search next(List<WaitingRun> found, Instant now) {
            return found.size() < MOST_AT_ONCE
                    ? new Search(until, now.plus(LOOK_AGAIN_AFTER), 0)
                    : new Search(until, now, found.getLast().number());
        }

        /** Every look comes to its end, however many wait. */
        boolean isOver() {
            return after == 0 && nextAt.isAfter(until);
        }
    }

    /**
     * @param available whom to look for
     * @param owned the shards whose runs are stepped here
     * @param callable whether an agent can be called, as far as is known; must not block
     */
    public AgentWaiters(
            AvailableAgents available,
            JournalReader journal,
            Lanes lanes,
            Supplier<Set<Integer>> owned,
            Predicate<String> callable,
            InstantSource clock) {
        this.available = available;
        this.journal = journal;
        this.lanes = lanes;
        this.owned = owned;
        this.callable = callable;
        this.clock = clock;
        this.lookAroundAt = clock.instant();
        this.rounds = new Rounds(
                available.news(),
                "postroad-agent-waiters",
                "runs that wait for an agent",
                PAGE_EVERY_MILLIS,
                clock,
                this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws SQLException {
        Set<Integer> shards = owned.get();
        for (String agent : available.take()) {
            Instant now = clock.instant();
            searches.put(agent, new Search(now.plus(LOOK_FOR), now, 0));
        }
        lookAround(shards);
        for (Map.Entry<String, Search> search : List.copyOf(searches.entrySet())) {
            if (!clock.instant().isBefore(search.getValue().nextAt())) {
                look(search.getKey(), search.getValue(), shards);
            }
        }
    }

    private void lookAround(Set<Integer> shards) throws SQLException {
        Instant now = clock.instant();
        boolean isDue = !now.isBefore(lookAroundAt) || !lookedAroundIn.containsAll(shards);
        if (shards.isEmpty() || !isDue) {
            return;
        }
        for (String agent : journal.agentsWaitedFor(shards)) {
            if (callable.test(agent)) {
                searches.putIfAbsent(agent, new Search(now, now, 0));
            }
        }
        lookAroundAt = now.plus(LOOK_AROUND_EVERY);
        lookedAroundIn = shards;
    }

    private void look(String agent, Search search, Set<Integer> shards) throws SQLException {
        // It may have been disabled, or have failed, since the look for its runs began.
        List<WaitingRun> found = callable.test(agent) ? goOn(agent, search, shards) : List.of();
        Search next = search.next(found, clock.instant());
        if (next.isOver()) {
            searches.remove(agent);
        } else {
            searches.put(agent, next);
        }
    }

    private List<WaitingRun> goOn(String agent, Search search, Set<Integer> shards) throws SQLException {
        if (search.after() == 0) {
            lanes.agentAvailable(agent);
        }
        List<WaitingRun> found =
                shards.isEmpty() ? List.of() : journal.waitingFor(agent, shards, search.after(), MOST_AT_ONCE);
        Command goOn = new Command.AgentAvailable(agent);
        for (WaitingRun run : found) {
            lanes.instruct(new Instruction(run.runId(), run.shard(), goOn, InstructionOutcome.NONE));
        }
        return found;
    }

    @Override
    public void close() {
        rounds.close();
    }
}
