package dev.postroad.runtime.history.agents;

import dev.postroad.runtime.history.agents.AgentStats.OfGraph;
import dev.postroad.runtime.history.agents.AgentStats.OfMinute;
import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Folds the rows of one agent, in the order of their minutes. Not thread-safe. */
final class StatsFold {
    private final FiguresSum total = new FiguresSum();
    private final Map<String, FiguresSum> graphs = new TreeMap<>();
    private final Deque<OfMinute> minutes = new ArrayDeque<>();
    private FiguresSum ofMinute = new FiguresSum();
    private @Nullable Instant minute;

    void add(ResultSet row) throws SQLException {
        Instant next = Rows.requiredTime(row, "minute");
        if (!next.equals(minute)) {
            endMinute();
            minute = next;
        }
        Histogram latencies = LatencyHistograms.decoded(row.getBytes("histogram"));
        total.add(row, latencies);
        ofMinute.add(row, latencies);
        graphs.computeIfAbsent(row.getString("graph"), graph -> new FiguresSum())
                .add(row, latencies);
    }

    private void endMinute() {
        if (minute == null) {
            return;
        }
        minutes.add(new OfMinute(minute, ofMinute.figures()));
        if (minutes.size() > AgentStats.MOST_MINUTES) {
            minutes.remove();
        }
        ofMinute = new FiguresSum();
    }

    AgentStats stats(String agent, Instant since, Instant until, @Nullable AgentHealth health) {
        endMinute();
        minute = null;
        List<OfGraph> byGraph = new ArrayList<>();
        graphs.forEach((graph, sum) -> byGraph.add(new OfGraph(graph, sum.figures())));
        return new AgentStats(agent, since, until, health, total.figures(), byGraph, List.copyOf(minutes));
    }
}
