package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.QueuedRuns.WaitingKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * As {@link PriorityThenArrival}, where the keys of graphs with fairness take turns: by the ranks that {@link FairRanks}
 * gave. What waits in shards that come is taken into account before runs come to them. Thread-safe.
 */
public final class TurnsOfKeys implements QueuePolicy {
    private static final int MOST_KEYS = 10_000;
    private static final Duration LONG_AGO = Duration.ofMinutes(1);

    private final QueuePolicy byRank = new PriorityThenArrival();
    private final FairRanks fair;
    private final Set<Integer> unread = ConcurrentHashMap.newKeySet();
    private final Object reading = new Object();

    /** Of one thread. */
    private Map<FairRanks.Line, Long> lastBehind = Map.of();

    /** @param fair gives ranks to the runs that come */
    public TurnsOfKeys(FairRanks fair) {
        this.fair = fair;
    }

    @Override
    public Line line() {
        return byRank.line();
    }

    /** Shards come many at a time: while one thread reads, the others wait, and what they came for is read at once. */
    @Override
    public void shardComes(QueuedRuns queued, int shard) throws SQLException {
        unread.add(shard);
        synchronized (reading) {
            if (!unread.contains(shard)) {
                return;
            }
            Set<Integer> shards = Set.copyOf(unread);
            for (WaitingKey key : queued.waitingKeys(shards, MOST_KEYS)) {
                fair.takeIn(new FairRanks.Line(key.graph(), key.priority()), key.key(), key.first(), key.last());
            }
            unread.removeAll(shards);
        }
    }

    /**
     * A backlog may be worked off for hours, and is asked for each time: it ends with the first run that is found. Where
     * somebody came since the last time nothing is asked, for who came may be on the way into Postgres, and a shard that
     * comes is not among those yet whose runs begin here.
     */
    @Override
    public void tidy(QueuedRuns queued, Collection<Integer> shards, Instant now) throws SQLException {
        Map<FairRanks.Line, Long> behind = fair.behind(now.minus(LONG_AGO));
        for (Map.Entry<FairRanks.Line, Long> line : behind.entrySet()) {
            FairRanks.Line name = line.getKey();
            if (line.getValue().equals(lastBehind.get(name))
                    && !queued.areWaiting(name.graph(), name.priority(), shards)) {
                fair.nobodyWaits(name, line.getValue());
            }
        }
        lastBehind = behind;
    }

    @Override
    public List<QueuedRun> read(QueuedRuns queued, Collection<Integer> shards, Ticket from, int limit)
            throws SQLException {
        return byRank.read(queued, shards, from, limit);
    }
}
