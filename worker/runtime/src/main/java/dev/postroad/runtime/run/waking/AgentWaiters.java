package dev.postroad.runtime.run.waking;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalReader.WaitingRun;
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
 * are in Postgres alone; however many those are, each goes on as soon as there is a place for it. A run may come to its rest at this very moment, because its call was turned away just before; so
 * the look is repeated for a while. One that is found again, because its lane has not come to it yet, is told twice, which
 * changes nothing. Now and then this looks around for runs whose agent came back unseen, while no worker was there to be
 * told. Owns one thread.
 */
public final class AgentWaiters implements AutoCloseable {
    private static final Duration LOOK_FOR = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration LOOK_AROUND_EVERY = Duration.ofSeconds(20);
    private static final Duration ROUND_EVERY = Duration.ofMillis(200);
    private static final int MOST_AT_ONCE = 1_000;

    private final JournalReader journal;
    private final Lanes lanes;
    private final GoAhead goAhead;
    private final Supplier<Set<Integer>> owned;
    private final Predicate<String> callable;
    private final InstantSource clock;
    private final int mostAtOnce;
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
     * @param after the number of the last run that was told; {@link #BEGINNING} for a look that begins
     */
    private record Search(Instant until, Instant nextAt, long after) {
        static final long BEGINNING = -1;

        Search(Instant until, Instant nextAt) {
            this(until, nextAt, BEGINNING);
        }

        /**
         * What is left to do.
         *
         * @param told so many of those that were found
         * @param most that may be found
         */
        Search next(List<WaitingRun> found, int told, int most, Instant now) {
            if (told < found.size()) {
                return new Search(until, now, found.get(told).number() - 1);
            }
            return found.size() < most
                    ? new Search(until, now.plus(LOOK_AGAIN_AFTER))
                    : new Search(until, now, found.getLast().number());
        }

        boolean isUnderWay() {
            return after != BEGINNING;
        }

        /** Every look comes to its end, however many wait. */
        boolean isOver() {
            return !isUnderWay() && nextAt.isAfter(until);
        }
    }

    /**
     * @param available whom to look for
     * @param goAhead these waiters' own
     * @param owned the shards whose runs are stepped here
     * @param callable whether an agent can be called, as far as is known; must not block
     */
    public AgentWaiters(
            AvailableAgents available,
            JournalReader journal,
            Lanes lanes,
            GoAhead goAhead,
            Supplier<Set<Integer>> owned,
            Predicate<String> callable,
            InstantSource clock) {
        this(available, journal, lanes, goAhead, owned, callable, clock, ROUND_EVERY, MOST_AT_ONCE);
    }

    AgentWaiters(
            AvailableAgents available,
            JournalReader journal,
            Lanes lanes,
            GoAhead goAhead,
            Supplier<Set<Integer>> owned,
            Predicate<String> callable,
            InstantSource clock,
            Duration roundEvery,
            int mostAtOnce) {
        this.available = available;
        this.journal = journal;
        this.lanes = lanes;
        this.goAhead = goAhead;
        this.mostAtOnce = mostAtOnce;
        this.owned = owned;
        this.callable = callable;
        this.clock = clock;
        this.lookAroundAt = clock.instant();
        this.rounds = new Rounds(
                available.news(),
                "postroad-agent-waiters",
                "runs that wait for an agent",
                roundEvery.toMillis(),
                clock,
                this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws SQLException, InterruptedException {
        int told;
        do {
            told = lookOnce(owned.get());
        } while (told > 0 && searches.values().stream().anyMatch(Search::isUnderWay));
    }

    /** A page for each agent, so that none waits for all that wait for another; how many runs were told. */
    private int lookOnce(Set<Integer> shards) throws SQLException, InterruptedException {
        for (String agent : available.take()) {
            Instant now = clock.instant();
            searches.put(agent, new Search(now.plus(LOOK_FOR), now));
            // Those in memory have their places, and wait for nobody else's.
            lanes.agentAvailable(agent);
        }
        lookAround(shards);
        int told = 0;
        for (Map.Entry<String, Search> search : List.copyOf(searches.entrySet())) {
            if (!clock.instant().isBefore(search.getValue().nextAt())) {
                told += look(search.getKey(), search.getValue(), shards);
            }
        }
        return told;
    }

    private void lookAround(Set<Integer> shards) throws SQLException {
        Instant now = clock.instant();
        boolean isDue = !now.isBefore(lookAroundAt) || !lookedAroundIn.containsAll(shards);
        if (shards.isEmpty() || !isDue) {
            return;
        }
        for (String agent : journal.agentsWaitedFor(shards)) {
            if (callable.test(agent)) {
                searches.putIfAbsent(agent, new Search(now, now));
            }
        }
        lookAroundAt = now.plus(LOOK_AROUND_EVERY);
        lookedAroundIn = shards;
    }

    private int look(String agent, Search search, Set<Integer> shards) throws SQLException, InterruptedException {
        // It may have been disabled, or have failed, since the look for its runs began.
        List<WaitingRun> found = callable.test(agent) ? waiting(agent, search, shards) : List.of();
        int told = goAhead.tell(found, new Command.AgentAvailable(agent));
        Search next = search.next(found, told, mostAtOnce, clock.instant());
        if (next.isOver()) {
            searches.remove(agent);
        } else {
            searches.put(agent, next);
        }
        return told;
    }

    /** In Postgres alone; those in memory are told as the look begins. */
    private List<WaitingRun> waiting(String agent, Search search, Set<Integer> shards) throws SQLException {
        if (!search.isUnderWay()) {
            lanes.agentAvailable(agent);
        }
        return shards.isEmpty() ? List.of() : journal.waitingFor(agent, shards, search.after(), mostAtOnce);
    }

    @Override
    public void close() {
        rounds.close();
    }
}
