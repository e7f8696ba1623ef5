package dev.postroad.runtime.lease;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.runtime.availability.AgentEvents;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks workers to hand over what they have, and to end. Each sees it within a second. Thread-safe. */
public final class Drains {
    private static final Logger LOG = LoggerFactory.getLogger(Drains.class);
    private static final String WORKERS = """
            SELECT name, leaving OR drain_asked_at IS NOT NULL OR renewed_at < clock_timestamp() - lease AS ends
            FROM postroad.workers ORDER BY id FOR UPDATE""";
    private static final String ASK = """
            UPDATE postroad.workers SET drain_asked_at = clock_timestamp(), drain_asked_by = :by
            WHERE name = :name AND drain_asked_at IS NULL""";

    private final Jdbi jdbi;
    private final AgentEvents events;

    /**
     * @param jdbi may write
     * @param events keep who asked, as the row of a worker is gone with it
     */
    public Drains(Jdbi jdbi, AgentEvents events) {
        this.jdbi = jdbi;
        this.events = events;
    }

    /** What came of asking. */
    public enum Verdict {
        /** It ends, or is about to. */
        ASKED,
        /** No worker of that name lives. */
        UNKNOWN,
        /** Nobody would be left to take its shards. */
        ALONE
    }

    private record Known(String name, boolean ends) {}

    /**
     * Asks a worker; one that was asked before is left as it is.
     *
     * @param by who asks; null where nobody says so
     */
    public Verdict ask(String worker, @Nullable String by) {
        return jdbi.inTransaction(handle -> ask(handle, worker, by));
    }

    /** The rows are locked, so that two who ask at once do not end the last two. */
    private Verdict ask(Handle handle, String worker, @Nullable String by) {
        List<Known> all = handle.createQuery(WORKERS)
                .map((row, context) -> new Known(row.getString("name"), row.getBoolean("ends")))
                .list();
        if (all.stream().noneMatch(known -> known.name().equals(worker))) {
            return Verdict.UNKNOWN;
        }
        if (all.stream().allMatch(known -> known.ends() || known.name().equals(worker))) {
            return Verdict.ALONE;
        }
        boolean isNew =
                handle.createUpdate(ASK).bind("name", worker).bind("by", by).execute() > 0;
        if (isNew) {
            events.ofDrain(handle, worker, AgentEvents.putBy(JsonNodeFactory.instance.objectNode(), by));
            LOG.info("worker {} is asked to hand over and to end, by {}", worker, by == null ? "nobody known" : by);
        }
        return Verdict.ASKED;
    }
}
