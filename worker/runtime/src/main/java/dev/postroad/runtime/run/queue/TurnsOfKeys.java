package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.QueuedRuns.WaitingKey;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * As {@link PriorityThenArrival}, where the keys of graphs with fairness take turns: by the ranks that {@link FairRanks}
 * gave. What waits in shards that come is taken into account from then on. Thread-safe.
 */
public final class TurnsOfKeys implements QueuePolicy {
    private static final int MOST_KEYS = 10_000;

    private final QueuePolicy byRank = new PriorityThenArrival();
    private final FairRanks fair;

    /** @param fair gives ranks to the runs that come */
    public TurnsOfKeys(FairRanks fair) {
        this.fair = fair;
    }

    @Override
    public Line line() {
        return byRank.line();
    }

    @Override
    public List<QueuedRun> read(QueuedRuns queued, Collection<Integer> shards, Ticket from, int limit)
            throws SQLException {
        if (from.equals(Ticket.FIRST)) {
            for (WaitingKey key : queued.waitingKeys(shards, MOST_KEYS)) {
                fair.takeIn(new FairRanks.Line(key.graph(), key.priority()), key.key(), key.first(), key.last());
            }
        }
        return byRank.read(queued, shards, from, limit);
    }
}
