package dev.postroad.runtime.journal;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Commands that came before their run. Thread-safe. */
public final class PendingCommands {
    private final Jdbi jdbi;

    public PendingCommands(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Keeps a command until its run appears; one that is kept already is left alone. */
    public void keep(PendingCommand command) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        INSERT INTO postroad.pending_commands (run_id, command_id, command)
                        VALUES (:runId, :commandId, CAST(:command AS json))
                        ON CONFLICT DO NOTHING""").bindMethods(command).execute());
    }

    /** The commands kept for the runs of a shard, oldest first. */
    public List<PendingCommand> ofShard(int shard) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT run_id, command_id, command::text AS command
                        FROM postroad.pending_commands JOIN postroad.runs USING (run_id)
                        WHERE shard = :shard ORDER BY received_at""")
                .bind("shard", shard)
                .map((row, context) -> new PendingCommand(
                        row.getString("run_id"), row.getString("command_id"), row.getString("command")))
                .list());
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
