package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.RunsWithoutRank;
import dev.postroad.runtime.journal.RunsWithoutRank.Unranked;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Has the runs take their turns that were to begin later, or are queued anew, when it is time: as if they came at that
 * moment. So those of one key that become due together, however many, go before nobody's else, and what was held or failed
 * for hours is not ahead of all that came meanwhile. Confined to one thread.
 */
public final class TakenTurns {
    private final RunsWithoutRank without;
    private final FairRanks fair;
    private final TurnNews news;

    /** @param fair gives the ranks, as to those that come */
    public TakenTurns(RunsWithoutRank without, FairRanks fair, TurnNews news) {
        this.without = without;
        this.fair = fair;
        this.news = news;
    }

    /** Those that stand in the queue from now on; without those of graphs that limit their runs, which wait for more. */
    List<QueuedRun> take(Set<Integer> shards, int most) throws SQLException {
        List<Unranked> ranked = new ArrayList<>();
        for (Unranked each : without.due(shards, most)) {
            FairRanks.Line line = new FairRanks.Line(each.graph(), each.priority());
            ranked.add(each.ranked(fair.rank(line, each.key(), each.weight(), each.first())));
        }
        if (ranked.isEmpty()) {
            return List.of();
        }
        List<QueuedRun> here = new ArrayList<>();
        Set<String> limited = new HashSet<>();
        for (Unranked each : without.rank(ranked)) {
            if (each.limited()) {
                limited.add(each.graph());
            } else {
                here.add(each.run());
            }
        }
        limited.forEach(news::ranked);
        return here;
    }
}
