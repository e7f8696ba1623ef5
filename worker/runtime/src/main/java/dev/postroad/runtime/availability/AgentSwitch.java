package dev.postroad.runtime.availability;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Disables and enables agents, for all workers, and tells of it in the same transaction. What a person decided stays
 * until a person decides otherwise. Thread-safe.
 */
public final class AgentSwitch {
    private final Jdbi jdbi;
    private final AgentEvents events;
    private final InstantSource clock;

    public AgentSwitch(Jdbi jdbi, AgentEvents events, InstantSource clock) {
        this.jdbi = jdbi;
        this.events = events;
        this.clock = clock;
    }

    /** Who decides. */
    public enum By {
        /** Somebody, by the command or over HTTP. */
        PERSON("person"),
        /** Postroad, because of how the agent's calls went. */
        SYSTEM("system");

        private final String publicName;

        By(String publicName) {
            this.publicName = publicName;
        }
    }

    /**
     * Has an agent not be called any more. The system disables only what is enabled.
     *
     * @param why for people; null where nobody said
     * @param probeAt when a call may try it all the same; null where it must be enabled
     * @return whether this changed anything
     * @throws UnknownAgentException where there is no such agent
     */
    public boolean disable(String agent, By by, @Nullable String why, @Nullable Instant probeAt) {
        return jdbi.inTransaction(handle -> disable(handle, agent, by, null, why, probeAt));
    }

    /**
     * Has an agent not be called any more, because a person says so.
     *
     * @param who the person; null where nobody said
     * @param why for people
     * @return whether this changed anything
     * @throws UnknownAgentException where there is no such agent
     */
    public boolean disable(String agent, @Nullable String who, String why) {
        return jdbi.inTransaction(handle -> disable(handle, agent, By.PERSON, who, why, null));
    }

    /** By the system, in the transaction of the handle. */
    boolean disable(Handle handle, String agent, By by, @Nullable String why, @Nullable Instant probeAt) {
        return disable(handle, agent, by, null, why, probeAt);
    }

    private boolean disable(
            Handle handle, String agent, By by, @Nullable String who, @Nullable String why, @Nullable Instant probeAt) {
        boolean isChanged = handle.createUpdate("""
                                UPDATE postroad.agents
                                SET enabled = false, disabled_by = :by, disabled_reason = :why, disabled_at = :now,
                                    probe_at = :probeAt
                                WHERE name = :agent AND removed_at IS NULL AND (enabled OR :by = 'person')""")
                        .bind("agent", agent)
                        .bind("by", by.publicName)
                        .bind("why", why)
                        .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                        .bind("probeAt", probeAt == null ? null : probeAt.atOffset(ZoneOffset.UTC))
                        .execute()
                == 1;
        if (isChanged) {
            ObjectNode data = data(by, who, why);
            if (probeAt != null) {
                data.put("probeAt", probeAt.toString());
            }
            events.append(handle, agent, AgentEventType.DISABLED, data);
        } else {
            requireKnown(handle, agent);
        }
        return isChanged;
    }

    /**
     * Lets an agent be called again, and closes its circuit breaker. The system enables only what it disabled.
     *
     * @param why for people; null where nobody said
     * @return whether this changed anything
     * @throws UnknownAgentException where there is no such agent
     */
    public boolean enable(String agent, By by, @Nullable String why) {
        return jdbi.inTransaction(handle -> enable(handle, agent, by, null, why));
    }

    /**
     * Lets an agent be called again, because a person says so.
     *
     * @param who the person; null where nobody said
     * @param why for people; null where nobody said
     * @return whether this changed anything
     * @throws UnknownAgentException where there is no such agent
     */
    public boolean enable(String agent, @Nullable String who, @Nullable String why) {
        return jdbi.inTransaction(handle -> enable(handle, agent, By.PERSON, who, why));
    }

    /** By the system, in the transaction of the handle. */
    boolean enable(Handle handle, String agent, By by, @Nullable String why) {
        return enable(handle, agent, by, null, why);
    }

    private boolean enable(Handle handle, String agent, By by, @Nullable String who, @Nullable String why) {
        boolean isChanged = handle.createUpdate("""
                                UPDATE postroad.agents
                                SET enabled = true, disabled_by = NULL, disabled_reason = NULL, disabled_at = NULL,
                                    probe_at = NULL, breaker = 'closed', breaker_until = NULL, openings = 0,
                                    probes_begun = 0, probes_passed = 0, probes_failed = 0
                                WHERE name = :agent AND removed_at IS NULL
                                  AND CASE WHEN :by = 'person' THEN NOT enabled OR breaker <> 'closed'
                                           ELSE NOT enabled AND disabled_by = 'system' END""")
                        .bind("agent", agent)
                        .bind("by", by.publicName)
                        .execute()
                == 1;
        if (isChanged) {
            events.append(handle, agent, AgentEventType.ENABLED, data(by, who, why));
        } else {
            requireKnown(handle, agent);
        }
        return isChanged;
    }

    private static ObjectNode data(By by, @Nullable String who, @Nullable String why) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("by", by.publicName);
        if (who != null) {
            data.put("who", who);
        }
        return why == null ? data : data.put("reason", why);
    }

    private static void requireKnown(Handle handle, String agent) {
        List<String> known = handle.createQuery(
                        "SELECT name FROM postroad.agents WHERE removed_at IS NULL ORDER BY name")
                .mapTo(String.class)
                .list();
        if (!known.contains(agent)) {
            throw new UnknownAgentException(agent, known);
        }
    }
}
