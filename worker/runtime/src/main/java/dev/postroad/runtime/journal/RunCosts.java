package dev.postroad.runtime.journal;

import dev.postroad.contracts.agent.Usage;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/** What the runs of a batch whose rows change have spent so far; nothing for most batches. Confined to one thread. */
final class RunCosts {
    private final List<Long> runs = new ArrayList<>();
    private final List<Long> tokens = new ArrayList<>();
    private final List<@Nullable String> costs = new ArrayList<>();

    void clear() {
        runs.clear();
        tokens.clear();
        costs.clear();
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    void note(JournalEntry entry) {
        Usage spent = entry.run().spent();
        if (spent.equals(Usage.NONE)) {
            return;
        }
        BigDecimal cost = spent.cost();
        runs.add(entry.key().number());
        tokens.add(spent.tokens());
        costs.add(cost == null ? null : cost.toPlainString());
    }

    /** Binds the three arrays of {@link JournalStatement}, where there are any; gives the next place. */
    int bind(PreparedStatement statement, int first, BaseConnection connection) throws SQLException {
        if (isEmpty()) {
            return first;
        }
        int place = first;
        statement.setArray(place++, connection.createArrayOf("int8", runs.toArray()));
        statement.setArray(place++, connection.createArrayOf("int8", tokens.toArray()));
        statement.setArray(place++, connection.createArrayOf("text", costs.toArray()));
        return place;
    }
}
