package dev.postroad.runtime.handover;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.run.calls.LeftCall;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The table {@code left_calls}. Thread-safe; waits for Postgres. */
public final class LeftCallRows {
    private final Jdbi jdbi;
    private final long worker;

    /** @param worker the id of this one */
    public LeftCallRows(Jdbi jdbi, long worker) {
        this.jdbi = jdbi;
        this.worker = worker;
    }

    /**
     * One call.
     *
     * @param run the run's key in the tables
     */
    public record Key(long run, String task, int attempt) {
        static Key of(LeftCall call) {
            return new Key(call.run().number(), call.task(), call.attempt());
        }
    }

    /**
     * A call, as it stands in the table.
     *
     * @param answer null where it is not there yet
     * @param isAbandoned whether the worker that makes it is gone
     */
    record Row(Key key, LeftCall.@Nullable Answer answer, boolean isAbandoned) {}

    void enter(int shard, List<LeftCall> calls) {
        jdbi.useHandle(handle -> {
            var batch = handle.prepareBatch("""
                    INSERT INTO postroad.left_calls (run, task, attempt, shard, worker)
                    VALUES (:run, :task, :attempt, :shard, :worker)
                    ON CONFLICT (run, task, attempt) DO UPDATE
                    SET shard = excluded.shard, worker = excluded.worker, left_at = now(), answer = NULL""");
            calls.forEach(call -> batch.bind("run", call.run().number())
                    .bind("task", call.task())
                    .bind("attempt", call.attempt())
                    .bind("shard", shard)
                    .bind("worker", worker)
                    .add());
            batch.execute();
        });
    }

    /** Hands answers over. */
    void answer(Map<Key, LeftCall.Answer> answers) {
        List<Key> keys = List.copyOf(answers.keySet());
        List<LeftCall.Answer> inOrder = keys.stream()
                .map(key -> Objects.requireNonNull(answers.get(key)))
                .toList();
        jdbi.useHandle(handle -> bound(handle.createUpdate("""
                        UPDATE postroad.left_calls l
                        SET answer = given.answer::json, duration = make_interval(secs => given.seconds)
                        FROM unnest(:runs, :tasks, :attempts, :answers, :seconds)
                             AS given (run, task, attempt, answer, seconds)
                        WHERE l.run = given.run AND l.task = given.task AND l.attempt = given.attempt
                          AND l.worker = :worker"""), keys)
                .bindArray(
                        "answers",
                        String.class,
                        inOrder.stream()
                                .map(answer -> new String(
                                        Json.bytes(AnswerJson.written(answer.reply())), StandardCharsets.UTF_8))
                                .toList())
                .bindArray(
                        "seconds",
                        Double.class,
                        inOrder.stream()
                                .map(answer -> answer.durationMillis() / 1e3)
                                .toList())
                .execute());
    }

    /** This worker, which was to make the calls, does not. */
    void withdraw(Collection<Key> keys) {
        remove(keys, "l.worker = :worker");
    }

    /**
     * Nobody waits for the calls any more; to be said by the owner of their shards alone. One that this worker makes by now,
     * and left in its turn, is waited for by others.
     */
    void remove(Collection<Key> keys) {
        remove(
                keys,
                "l.shard IN (SELECT shard FROM postroad.shards WHERE holder = :worker)"
                        + " AND (l.answer IS NOT NULL OR l.worker <> :worker)");
    }

    private void remove(Collection<Key> keys, String unlessOfOthers) {
        jdbi.useHandle(
                handle -> bound(handle.createUpdate("""
                        DELETE FROM postroad.left_calls l USING unnest(:runs, :tasks, :attempts) AS gone (run, task, attempt)
                        WHERE l.run = gone.run AND l.task = gone.task AND l.attempt = gone.attempt AND\s""" + unlessOfOthers), keys).execute());
    }

    private Update bound(Update update, Collection<Key> keys) {
        return update.bindArray("runs", Long.class, keys.stream().map(Key::run).toList())
                .bindArray("tasks", String.class, keys.stream().map(Key::task).toList())
                .bindArray(
                        "attempts",
                        Integer.class,
                        keys.stream().map(Key::attempt).toList())
                .bind("worker", worker);
    }

    /** Those of this worker's calls that somebody waits for. */
    List<Key> wanted() {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "SELECT run, task, attempt FROM postroad.left_calls WHERE worker = :worker AND answer IS NULL")
                .bind("worker", worker)
                .map((row, context) -> key(row))
                .list());
    }

    /** All of some shards. */
    List<Row> ofShards(Collection<Integer> shards) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT l.run, l.task, l.attempt, l.answer, extract(epoch FROM l.duration) * 1000 AS millis,
                               w.id IS NULL AS abandoned
                        FROM postroad.left_calls l LEFT JOIN postroad.workers w ON w.id = l.worker
                        WHERE l.shard = ANY (:shards)""")
                .bindArray("shards", Integer.class, new ArrayList<>(shards))
                .map((row, context) -> row(row))
                .list());
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(key(row), answer(row), row.getBoolean("abandoned"));
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(row.getLong("run"), row.getString("task"), row.getInt("attempt"));
    }

    private static LeftCall.@Nullable Answer answer(ResultSet row) throws SQLException {
        String json = row.getString("answer");
        if (json == null) {
            return null;
        }
        try {
            return new LeftCall.Answer(AnswerJson.read(Json.read(json)), row.getLong("millis"));
        } catch (FaultsException | IllegalArgumentException unreadable) {
            // Of a newer release: the call is made anew once that worker is gone.
            return null;
        }
    }
}
