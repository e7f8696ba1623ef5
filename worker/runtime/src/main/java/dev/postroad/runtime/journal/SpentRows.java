package dev.postroad.runtime.journal;

import dev.postroad.contracts.agent.Usage;
import dev.postroad.engine.run.BudgetClaim;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventBody;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;

/** What a batch spends of budgets that runs share; for most batches nothing. Confined to one thread. */
final class SpentRows {
    private final RecordArray rows = new RecordArray("postroad.spent_row", 8);

    void clear() {
        rows.clear();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void add(JournalEntry entry) {
        BudgetClaim claim = BudgetClaim.of(entry.run());
        if (claim == null) {
            return;
        }
        for (JournalRow row : entry.rows()) {
            Usage usage = spent(row.event().body());
            if (usage != null) {
                add(entry, claim, row.event(), usage);
            }
        }
    }

    private static @Nullable Usage spent(EventBody body) {
        return body instanceof EventBody.OfTask ofTask && !ofTask.usage().equals(Usage.NONE) ? ofTask.usage() : null;
    }

    private void add(JournalEntry entry, BudgetClaim claim, Event event, Usage usage) {
        rows.beginRow();
        rows.add(entry.key().shard());
        rows.add(entry.key().number());
        rows.add(event.seq());
        rows.add(claim.graph());
        rows.add(claim.key());
        rows.add(BudgetClaim.slot(entry.run(), event.at()));
        rows.add(usage.tokens());
        rows.add(usage.cost() == null ? "0" : usage.cost().toPlainString());
        rows.endRow();
    }

    PgArray toArray(BaseConnection connection) throws SQLException {
        return rows.toArray(connection);
    }
}
