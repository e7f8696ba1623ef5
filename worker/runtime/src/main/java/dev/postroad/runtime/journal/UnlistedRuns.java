package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.StoredRun.Graphs;
import dev.postroad.runtime.journal.StoredRun.Readable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * Runs at rest of which nobody wrote down what they ask of people: a worker of a release that did not know of it let them
 * wait. What they ask is looked up in their journals, some runs at a time. Thread-safe.
 *
 * <p>A run that goes on meanwhile is left alone, by the number of its last change of status; and rows that somebody else has
 * a lock on are passed over, so that no writer ever waits for this in a circle.
 */
public final class UnlistedRuns {
    private static final int MOST_AT_ONCE = 50;
    private static final String SOME = """
            WITH unlisted AS MATERIALIZED (
                SELECT id, run_id, status_seq FROM postroad.runs
                WHERE status IN ('waiting', 'paused', 'failed') AND questions_seq IS DISTINCT FROM status_seq
                  AND shard = ANY (?) AND id > ? AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
                ORDER BY id LIMIT ?)
            SELECT u.*, EXISTS (SELECT FROM postroad.journal j WHERE j.run = u.id AND j.type = 'node.waiting') AS waited
            FROM unlisted u ORDER BY u.id""";
    private static final String LIST = """
            WITH looked AS MATERIALIZED (
                SELECT * FROM unnest(?::bigint[], ?::int[], ?::json[], ?::timestamptz[], ?::timestamptz[], ?::json[])
                     AS looked (id, seq, questions, asked_at, due_at, assignees)),
            free AS MATERIALIZED (
                SELECT r.id FROM postroad.runs r WHERE r.id IN (SELECT id FROM looked) FOR UPDATE SKIP LOCKED)
            UPDATE postroad.runs r
            SET questions = l.questions, asked_at = l.asked_at, due_at = l.due_at, assignees = l.assignees,
                questions_seq = l.seq
            FROM looked l JOIN free USING (id)
            WHERE r.id = l.id AND r.status_seq = l.seq AND r.status IN ('waiting', 'paused', 'failed')""";

    private final DataSource database;
    private final JournalReader journal;

    public UnlistedRuns(DataSource database, JournalReader journal) {
        this.database = database;
        this.journal = journal;
    }

    /**
     * Looks some runs of some shards up.
     *
     * @param after the number of a run; those after it are looked up
     * @return the number of the last that was looked up; {@link Long#MAX_VALUE} where there are no more
     */
    public long list(Collection<Integer> shards, long after, Graphs graphs) throws SQLException {
        List<Unlisted> some = some(shards, after);
        if (some.isEmpty()) {
            return Long.MAX_VALUE;
        }
        List<String> waited =
                some.stream().filter(Unlisted::waited).map(Unlisted::runId).toList();
        Map<String, StoredRun> stored = waited.isEmpty() ? Map.of() : journal.find(waited, graphs);
        Map<Unlisted, @Nullable OpenQuestions> looked = new HashMap<>();
        for (Unlisted run : some) {
            if (!run.waited()) {
                looked.put(run, null);
            } else if (stored.get(run.runId()) instanceof Readable(var _, Run read, var _)) {
                looked.put(run, OpenQuestions.of(read));
            }
        }
        write(looked);
        return some.size() < MOST_AT_ONCE ? Long.MAX_VALUE : some.getLast().number();
    }

    private record Unlisted(long number, String runId, int statusSeq, boolean waited) {}

    private List<Unlisted> some(Collection<Integer> shards, long after) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SOME)) {
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            statement.setLong(2, after);
            statement.setInt(3, MOST_AT_ONCE);
            List<Unlisted> some = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    some.add(new Unlisted(
                            rows.getLong("id"),
                            rows.getString("run_id"),
                            rows.getInt("status_seq"),
                            rows.getBoolean("waited")));
                }
            }
            return some;
        }
    }

    private void write(Map<Unlisted, @Nullable OpenQuestions> looked) throws SQLException {
        ArrayColumn numbers = ArrayColumn.ofLongs();
        ArrayColumn seqs = ArrayColumn.ofInts();
        QuestionColumns questions = new QuestionColumns();
        looked.forEach((run, open) -> {
            numbers.add(run.number());
            seqs.add(run.statusSeq());
            questions.add(open);
        });
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(LIST)) {
            BaseConnection base = connection.unwrap(BaseConnection.class);
            statement.setArray(1, numbers.toArray(base));
            statement.setArray(2, seqs.toArray(base));
            int place = 3;
            for (ArrayColumn column : questions.columns()) {
                statement.setArray(place++, column.toArray(base));
            }
            statement.executeUpdate();
        }
    }
}
