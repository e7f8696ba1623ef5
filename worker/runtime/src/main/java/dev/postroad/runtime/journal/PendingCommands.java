package dev.postroad.runtime.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Commands that came before their run. Thread-safe. */
public final class PendingCommands {
    /** The most commands that are kept for one run. */
    static final int MOST_OF_A_RUN = 1_000;

    /** Why a command is not kept. */
    public static final String FULL =
            "there is no such run, and " + MOST_OF_A_RUN + " commands are kept for it already";

    private final Jdbi jdbi;

    public PendingCommands(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Keeps a command until its run appears, or its time is over; one that is kept already is left alone.
     *
     * @return false where too many are kept for its run
     */
    public boolean keep(PendingCommand command) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        INSERT INTO postroad.pending_commands (run_id, command_id, command)
                        SELECT :runId, :commandId, CAST(:command AS json)
                        WHERE (SELECT count(*) FROM (
                                   SELECT FROM postroad.pending_commands WHERE run_id = :runId LIMIT :most) kept) < :most
                        ON CONFLICT (run_id, command_id) DO UPDATE SET command_id = excluded.command_id""")
                                .bindMethods(command)
                                .bind("most", MOST_OF_A_RUN)
                                .execute()
                        == 1
                || handle.createQuery("""
                                SELECT EXISTS (SELECT FROM postroad.pending_commands
                                               WHERE run_id = :runId AND command_id = :commandId)""")
                        .bindMethods(command)
                        .mapTo(Boolean.class)
                        .one());
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

    /** The shard of a run; null where there is no such run. */
    public @Nullable Integer shardOf(String runId) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT shard FROM postroad.runs WHERE run_id = :runId")
                .bind("runId", runId)
                .mapTo(Integer.class)
                .findOne()
                .orElse(null));
    }

    /** Forgets a command that was applied. */
    public void forget(String runId, String commandId) {
        jdbi.useHandle(handle -> handle.execute(
                "DELETE FROM postroad.pending_commands WHERE run_id = ? AND command_id = ?", runId, commandId));
    }
}
