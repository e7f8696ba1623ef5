package dev.postroad.runtime.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Commands that came before their run. Thread-safe. */
public final class PendingCommands {
    /** The most commands that are kept for one run. */
    static final int MOST_OF_A_RUN = 1_000;

    /** Why a command is not kept. */
    public static final String FULL =
            "there is no such run, and " + MOST_OF_A_RUN + " commands are kept for it already";

    /**
     * What is asked of each by itself is found by its id; of many at once Postgres would read whole tables. Of commands with
     * the same id the first is kept, as no row can be written twice.
     */
    private static final String KEEP = """
            WITH come AS MATERIALIZED (
                SELECT run_id, command_id, command, place,
                       (%s) AS pruned_at,
                       (SELECT count(*) FROM (SELECT FROM postroad.pending_commands p
                                              WHERE p.run_id = come.run_id LIMIT :most) AS few) AS earlier,
                       (SELECT count(*) FROM postroad.pending_commands p
                        WHERE p.run_id = come.run_id AND p.command_id = come.command_id) AS same,
                       row_number() OVER (PARTITION BY run_id ORDER BY place) AS nth,
                       row_number() OVER (PARTITION BY run_id, command_id ORDER BY place) AS nth_same
                FROM unnest(:runIds, :commandIds, :commands) WITH ORDINALITY AS come (run_id, command_id, command, place)),
            kept AS (
                INSERT INTO postroad.pending_commands (run_id, command_id, command)
                SELECT run_id, command_id, CAST(command AS json) FROM come
                WHERE pruned_at IS NULL AND nth_same = 1 AND earlier + nth <= :most
                ORDER BY run_id, place
                ON CONFLICT (run_id, command_id) DO UPDATE SET command_id = excluded.command_id
                RETURNING run_id, command_id)
            SELECT run_id, pruned_at, same > 0 OR kept.command_id IS NOT NULL AS kept
            FROM come LEFT JOIN kept USING (run_id, command_id) ORDER BY place""".formatted(PrunedRuns.prunedAt("come.run_id"));

    private final Jdbi jdbi;

    public PendingCommands(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What becomes of a command whose run was not there. */
    public sealed interface Kept {
        /** It is kept until its run comes, or its time is over. */
        record UntilItComes() implements Kept {}

        /** It is kept, and its run is there by now. */
        record ForRun(int shard) implements Kept {}

        /** It is not kept, as its run was deleted. */
        record NotAsPruned(PrunedRun run) implements Kept {}

        /** It is not kept, as too many are. */
        record NotAsFull() implements Kept {}
    }

    /**
     * Keeps commands until their runs appear, or their time is over; one that is kept already is left alone. They are kept
     * first and their runs looked for after: a run that is admitted at this very moment finds its command later.
     *
     * @return what becomes of each, in their order
     */
    public List<Kept> keep(List<PendingCommand> commands) {
        return jdbi.withHandle(handle -> {
            List<@Nullable Kept> refused = handle.createQuery(KEEP)
                    .bindArray("runIds", String.class, runIds(commands))
                    .bindArray(
                            "commandIds",
                            String.class,
                            commands.stream().map(PendingCommand::commandId).toList())
                    .bindArray(
                            "commands",
                            String.class,
                            commands.stream().map(PendingCommand::command).toList())
                    .bind("most", MOST_OF_A_RUN)
                    .map((row, context) -> refused(row))
                    .list();
            Map<String, Integer> shards = shards(handle, commands);
            List<Kept> kept = new ArrayList<>();
            for (int i = 0; i < commands.size(); i++) {
                Kept not = refused.get(i);
                Integer shard = shards.get(commands.get(i).runId());
                kept.add(not != null ? not : shard == null ? new Kept.UntilItComes() : new Kept.ForRun(shard));
            }
            return kept;
        });
    }

    private static @Nullable Kept refused(ResultSet row) throws SQLException {
        OffsetDateTime prunedAt = row.getObject("pruned_at", OffsetDateTime.class);
        if (prunedAt != null) {
            return new Kept.NotAsPruned(new PrunedRun(row.getString("run_id"), prunedAt.toInstant()));
        }
        return row.getBoolean("kept") ? null : new Kept.NotAsFull();
    }

    private static List<String> runIds(List<PendingCommand> commands) {
        return commands.stream().map(PendingCommand::runId).toList();
    }

    private static Map<String, Integer> shards(Handle handle, List<PendingCommand> commands) {
        Map<String, Integer> shards = new HashMap<>();
        handle.createQuery("SELECT run_id, shard FROM postroad.runs WHERE run_id = ANY (ARRAY(SELECT unnest(:runIds)))")
                .bindArray("runIds", String.class, runIds(commands))
                .map((row, context) -> shards.put(row.getString("run_id"), row.getInt("shard")))
                .list();
        return shards;
    }

    /**
     * Forgets commands whose run did not come in time, by the clock of Postgres; those that another worker is about to forget
     * are left to it.
     *
     * @param most at most so many
     * @return how many there were
     */
    public int expire(Duration age, int most) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        DELETE FROM postroad.pending_commands WHERE ctid = ANY (ARRAY(
                            SELECT ctid FROM postroad.pending_commands
                            WHERE received_at < now() - make_interval(secs => :seconds)
                            ORDER BY received_at LIMIT :most FOR UPDATE SKIP LOCKED))""")
                .bind("seconds", age.toSeconds())
                .bind("most", most)
                .execute());
    }

    /** The commands kept for the runs of a shard, oldest first. */
    public List<PendingCommand> ofShard(int shard) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT run_id, command_id, command::text AS command
                        FROM postroad.pending_commands JOIN postroad.runs USING (run_id)
                        WHERE shard = :shard ORDER BY number""")
                .bind("shard", shard)
                .map((row, context) -> command(row))
                .list());
    }

    /** The commands that came lately and whose runs are there by now, in some shards; oldest first in each. */
    public Map<Integer, List<PendingCommand>> met(Collection<Integer> shards, Duration lately) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT run_id, command_id, command::text AS command, shard
                        FROM postroad.pending_commands JOIN postroad.runs USING (run_id)
                        WHERE received_at >= now() - make_interval(secs => :seconds) AND shard = ANY (:shards) ORDER BY number""")
                .bind("seconds", lately.toSeconds() + 1)
                .bindArray("shards", Integer.class, shards)
                .reduceRows(new TreeMap<>(), (met, row) -> {
                    met.computeIfAbsent(row.getColumn("shard", Integer.class), shard -> new ArrayList<>())
                            .add(new PendingCommand(
                                    row.getColumn("run_id", String.class),
                                    row.getColumn("command_id", String.class),
                                    row.getColumn("command", String.class)));
                    return met;
                }));
    }

    private static PendingCommand command(ResultSet row) throws SQLException {
        return new PendingCommand(row.getString("run_id"), row.getString("command_id"), row.getString("command"));
    }

    /** Forgets a command that was applied. */
    public void forget(String runId, String commandId) {
        jdbi.useHandle(handle -> handle.execute(
                "DELETE FROM postroad.pending_commands WHERE run_id = ? AND command_id = ?", runId, commandId));
    }
}
