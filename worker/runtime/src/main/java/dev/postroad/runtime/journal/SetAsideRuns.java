package dev.postroad.runtime.journal;

import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.journal.StoredRun.Unreadable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the runs that this release cannot read, beside them and not in them, so that whoever wonders sees why they
 * stand still, and nobody looks at them again and again or counts them among those that a graph's limit lets begin. What
 * is noted holds for the epoch in which it was found: with the next owner of the shard, of another release perhaps, it
 * is void by itself, and the run goes on. (A run whose rows Postgres refuses is put aside by {@link JournalWriter}, in
 * memory alone.) Thread-safe.
 */
public final class SetAsideRuns {
    private static final Logger LOG = LoggerFactory.getLogger(SetAsideRuns.class);
    private static final int MOST_REMEMBERED = 10_000;
    private static final int LONGEST_REASON = 2_000;

    /** In the owner's own epoch: where another has claimed the shard meanwhile, nothing is noted. What is void goes. */
    private static final String NOTE = """
            WITH void AS (
                DELETE FROM postroad.set_aside_runs a USING postroad.shards s
                WHERE a.shard = :shard AND s.shard = a.shard AND a.epoch < s.epoch AND a.run <> :run)
            INSERT INTO postroad.set_aside_runs (run, shard, epoch, why, worker)
            SELECT :run, shard, epoch, :why, owner FROM postroad.shards WHERE shard = :shard AND owner = :worker
            ON CONFLICT (run) DO UPDATE
            SET shard = excluded.shard, epoch = excluded.epoch, why = excluded.why, worker = excluded.worker,
                since = excluded.since
            WHERE (postroad.set_aside_runs.epoch, postroad.set_aside_runs.why) <> (excluded.epoch, excluded.why)""";

    private final Jdbi jdbi;
    private final String workerId;
    private final RunTroubles troubles;
    private final Map<Long, String> remembered = Collections.synchronizedMap(new LinkedHashMap<>());

    /**
     * @param workerId as it stands with the shards of this worker
     * @param troubles told of each run that cannot be read
     */
    public SetAsideRuns(Jdbi jdbi, String workerId, RunTroubles troubles) {
        this.jdbi = jdbi;
        this.workerId = workerId;
        this.troubles = troubles;
    }

    /** Takes note of runs that were read back. Where Postgres is away, that is made good when they are read again. */
    void noted(List<StoredRun> runs) {
        for (StoredRun run : runs) {
            switch (run) {
                case Unreadable unreadable -> setAside(unreadable);
                case Readable(RunKey key, var _, var _) -> takeBack(key);
            }
        }
    }

    /** Takes note of a run that can be read, and of which no decision can be made. Does not block. */
    public void undecidable(RunKey key, String why) {
        Thread.ofVirtual().name("postroad-set-aside").start(() -> setAside(new Unreadable(key, why)));
    }

    private void setAside(Unreadable run) {
        String why = run.why().length() > LONGEST_REASON ? run.why().substring(0, LONGEST_REASON) : run.why();
        if (!Objects.equals(remember(run.key().number(), why), why)) {
            LOG.error("run {} is set aside: {}", run.key().id(), why);
        }
        troubles.tell(run.key().id(), "this run cannot be read by this release, so it is set aside as it is: " + why);
        try {
            jdbi.useHandle(handle -> handle.createUpdate(NOTE)
                    .bind("run", run.key().number())
                    .bind("shard", run.key().shard())
                    .bind("why", why.replace('\0', ' '))
                    .bind("worker", workerId)
                    .execute());
        } catch (JdbiException away) {
            LOG.warn(
                    "it cannot be noted yet that run {} is set aside: {}",
                    run.key().id(),
                    away.getMessage());
        }
    }

    private String remember(long number, String why) {
        synchronized (remembered) {
            String before = remembered.put(number, why);
            if (remembered.size() > MOST_REMEMBERED) {
                remembered.remove(remembered.keySet().iterator().next());
            }
            return before == null ? "" : before;
        }
    }

    /** What it lacked is there by now, such as a version of its graph. */
    private void takeBack(RunKey key) {
        if (remembered.remove(key.number()) == null) {
            return;
        }
        LOG.info("run {} can be read again and goes on", key.id());
        try {
            jdbi.useHandle(handle -> handle.execute("DELETE FROM postroad.set_aside_runs WHERE run = ?", key.number()));
        } catch (JdbiException away) {
            LOG.warn("it cannot be noted yet that run {} goes on: {}", key.id(), away.getMessage());
        }
    }
}
