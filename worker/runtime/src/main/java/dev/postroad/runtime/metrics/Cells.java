package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.Usage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The cells that are not wholly in Postgres yet: those of this minute, and of those before while Postgres is away. At most
 * {@link #MOST} of them; calls that find no place are counted as dropped. {@link #add} is thread-safe, and neither locks
 * nor allocates but once for each cell; the rest is confined to the writer's thread.
 */
final class Cells {
    /** Each takes a few kibibytes. */
    static final int MOST = 10_000;

    /** The minute may end between a look at the clock and the cell, which is sealed then; hardly twice in a row. */
    private static final int TRIES = 3;

    private static final long MINUTE_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final InstantSource clock;
    private final ConcurrentHashMap<CellKey, Cell> cells = new ConcurrentHashMap<>();

    /** The cell of each agent and graph that was used last: finding it by its names allocates nothing. */
    private final ConcurrentHashMap<String, ConcurrentHashMap<String, Cell>> newest = new ConcurrentHashMap<>();

    private final LongAdder dropped = new LongAdder();

    Cells(InstantSource clock) {
        this.clock = clock;
    }

    void add(String agent, String graph, CallOutcome outcome, long millis, Usage usage) {
        for (int i = 0; i < TRIES; i++) {
            Cell cell = cell(agent, graph);
            if (cell != null && cell.add(outcome, millis, usage)) {
                return;
            }
        }
        dropped.increment();
    }

    private @Nullable Cell cell(String agent, String graph) {
        long minute = minute();
        ConcurrentHashMap<String, Cell> ofAgent = newest.get(agent);
        Cell last = ofAgent == null ? null : ofAgent.get(graph);
        if (last != null && last.key().minute() == minute) {
            return last;
        }
        CellKey key = new CellKey(minute, agent, graph);
        Cell cell = cells.get(key);
        if (cell == null) {
            if (cells.size() >= MOST) {
                return null;
            }
            cell = cells.computeIfAbsent(key, Cell::new);
        }
        newest.computeIfAbsent(agent, name -> new ConcurrentHashMap<>()).put(graph, cell);
        return cell;
    }

    private long minute() {
        return clock.millis() / MINUTE_MILLIS;
    }

    /** The cells that have calls which are not in Postgres; those whose minute is over are sealed. */
    List<Cell> changed() {
        long now = minute();
        List<Cell> changed = new ArrayList<>();
        for (Cell cell : cells.values()) {
            if (cell.key().minute() < now) {
                cell.seal();
            }
            if (cell.hasMore()) {
                changed.add(cell);
            } else if (cell.isSealed()) {
                forget(cell);
            }
        }
        return changed;
    }

    /** Everything of a cell is in Postgres. */
    void forget(Cell cell) {
        CellKey key = cell.key();
        cells.remove(key, cell);
        newest.computeIfPresent(key.agent(), (agent, graphs) -> {
            graphs.remove(key.graph(), cell);
            return graphs.isEmpty() ? null : graphs;
        });
    }

    /** How many cells there are. */
    int size() {
        return cells.size();
    }

    /** How many calls found no place. */
    long dropped() {
        return dropped.sum();
    }
}
