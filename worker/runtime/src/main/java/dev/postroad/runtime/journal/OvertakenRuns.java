package dev.postroad.runtime.journal;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.postgresql.core.BaseConnection;

/**
 * Finds runs of a batch of which the journal has other rows under the same numbers: somebody went on with them from where they
 * were when they were read here. Fencing keeps that from happening; that it has happened all the same is not to be told to
 * subscribers. Only asked about batches of which rows are there already. Confined to one thread.
 */
final class OvertakenRuns {
    private static final String OTHERS = """
            SELECT DISTINCT j.run
            FROM unnest(?::bigint[], ?::integer[], ?::text[], ?::timestamptz[]) AS mine (run, seq, type, at)
            JOIN postroad.journal j ON j.run = mine.run AND j.seq = mine.seq
            WHERE j.type <> mine.type OR j.at <> mine.at""";

    Set<Long> among(List<JournalEntry> entries, JournalConnection connection) throws SQLException {
        ArrayColumn runs = ArrayColumn.ofLongs();
        ArrayColumn seqs = ArrayColumn.ofInts();
        ArrayColumn types = ArrayColumn.ofTexts();
        ArrayColumn times = ArrayColumn.ofTimes();
        for (JournalEntry entry : entries) {
            for (JournalRow row : entry.rows()) {
                runs.add(entry.key().number());
                seqs.add(row.event().seq());
                types.add(row.event().body().type().publicName());
                times.add(row.event().at());
            }
        }
        Set<Long> overtaken = new HashSet<>();
        try (PreparedStatement statement = connection.prepare(OTHERS)) {
            BaseConnection base = connection.base();
            statement.setArray(1, runs.toArray(base));
            statement.setArray(2, seqs.toArray(base));
            statement.setArray(3, types.toArray(base));
            statement.setArray(4, times.toArray(base));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    overtaken.add(rows.getLong(1));
                }
            }
        }
        return overtaken;
    }
}
