package dev.postroad.runtime.availability;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.CircuitBreakerSettings;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.contracts.definition.HealthSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breakers of agents as all workers share them: a row for each in {@code agents}, changed by one statement or
 * one transaction that holds the row, by the clock of Postgres. Whoever's statement changes a state tells of it. A breaker
 * that opens again and again without closing disables its agent. Thread-safe; every method waits for Postgres.
 *
 * <pre>
 *   closed ──► open ──► half-open ──► closed
 *                ▲          │ ──► open, and after so many times disabled ──► (a probe succeeds, or a person) ──► closed
 *                └──────────┘
 * </pre>
 */
public final class BreakerRows {
    /** How long a call that was let through may take beyond its own limit before it counts no more. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Jdbi jdbi;
    private final AgentSwitch agents;
    private final AgentEvents events;
    private final InstantSource clock;

    /** @param agents disables those that stay bad, and enables those that are well again */
    public BreakerRows(Jdbi jdbi, AgentSwitch agents, AgentEvents events, InstantSource clock) {
        this.jdbi = jdbi;
        this.agents = agents;
        this.events = events;
        this.clock = clock;
    }

    /** All agents that cannot simply be called, with times by this worker's clock. */
    List<CallRestriction> restrictions() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        SELECT name, enabled, disabled_by, disabled_reason, breaker, probes_begun,
                               (extract(epoch FROM probe_at - now()) * 1000)::bigint AS probe_in,
                               (extract(epoch FROM breaker_until - now()) * 1000)::bigint AS breaker_in
                        FROM postroad.agents
                        WHERE (NOT enabled OR breaker <> 'closed') AND removed_at IS NULL""").reduceRows(new ArrayList<>(), (restrictions, row) -> {
            restrictions.add(restriction(row));
            return restrictions;
        }));
    }

    private CallRestriction restriction(RowView row) {
        boolean enabled = row.getColumn("enabled", Boolean.class);
        String breaker = row.getColumn("breaker", String.class);
        CallRestriction.Disabled disabled =
                enabled ? null : new CallRestriction.Disabled(why(row), at(row, "probe_in"));
        Instant until = at(row, "breaker_in");
        return new CallRestriction(
                row.getColumn("name", String.class),
                disabled,
                "closed".equals(breaker)
                        ? null
                        : new CallRestriction.Breaker(
                                "half-open".equals(breaker),
                                until == null ? clock.instant() : until,
                                row.getColumn("probes_begun", Integer.class)));
    }

    private static String why(RowView row) {
        String who = "system".equals(row.getColumn("disabled_by", String.class)) ? "the system" : "a person";
        String reason = row.getColumn("disabled_reason", String.class);
        return who + " disabled it" + (reason == null ? "" : ": " + reason);
    }

    private @Nullable Instant at(RowView row, String millis) {
        Long in = row.getColumn(millis, Long.class);
        return in == null ? null : clock.instant().plusMillis(in);
    }

    /**
     * Opens a closed breaker; one that another worker opened already is left alone.
     *
     * @param why for people
     */
    public void open(String agent, GuardSettings settings, String why) {
        jdbi.useTransaction(handle -> {
            ensure(handle, agent);
            int opened = handle.createUpdate("""
                            UPDATE postroad.agents
                            SET breaker = 'open', openings = 1, breaker_until = now() + make_interval(secs => :seconds)
                            WHERE name = :agent AND breaker = 'closed'""")
                    .bind("agent", agent)
                    .bind("seconds", seconds(settings.circuitBreaker().openFor()))
                    .execute();
            if (opened == 1) {
                tellOpened(handle, agent, settings, why, 1);
            }
        });
    }

    /** Lets a call through an open breaker whose time has come, or a half-open one; empty where there were enough. */
    public Optional<Probe> beginProbe(String agent, CircuitBreakerSettings settings, Duration timeout) {
        return jdbi.inTransaction(handle -> {
            Optional<Long> begun = handle.createQuery("""
                            UPDATE postroad.agents
                            SET probes_begun = probes_begun + 1
                            WHERE name = :agent AND breaker = 'half-open' AND breaker_until > now()
                              AND probes_begun < :most
                            RETURNING (extract(epoch FROM breaker_until) * 1000000)::bigint""")
                    .bind("agent", agent)
                    .bind("most", settings.halfOpenCalls())
                    .mapTo(Long.class)
                    .findOne();
            if (begun.isEmpty()) {
                begun = beginRound(handle, agent, timeout);
            }
            return begun.map(round -> new Probe(agent, round));
        });
    }

    /** The first call of a half-open breaker; also where those of the round before were never answered. */
    private Optional<Long> beginRound(Handle handle, String agent, Duration timeout) {
        Optional<Long> round = handle.createQuery("""
                        UPDATE postroad.agents
                        SET breaker = 'half-open', probes_begun = 1, probes_passed = 0, probes_failed = 0,
                            breaker_until = now() + make_interval(secs => :seconds)
                        WHERE name = :agent AND breaker <> 'closed' AND breaker_until <= now()
                        RETURNING (extract(epoch FROM breaker_until) * 1000000)::bigint""")
                .bind("agent", agent)
                .bind("seconds", seconds(timeout.plus(GRACE)))
                .mapTo(Long.class)
                .findOne();
        if (round.isPresent()) {
            events.append(handle, agent, AgentEventType.BREAKER_HALF_OPENED, JsonNodeFactory.instance.objectNode());
        }
        return round;
    }

    /** Says how a call went that was let through; the last of its round decides. */
    public void endProbe(Probe probe, GuardSettings settings, boolean passed, String why) {
        jdbi.useTransaction(handle -> handle.createQuery("""
                        UPDATE postroad.agents
                        SET probes_passed = probes_passed + :passed, probes_failed = probes_failed + :failed
                        WHERE name = :agent AND breaker = 'half-open'
                          AND (extract(epoch FROM breaker_until) * 1000000)::bigint = :round
                        RETURNING probes_passed, probes_failed, openings""")
                .bind("agent", probe.agent())
                .bind("passed", passed ? 1 : 0)
                .bind("failed", passed ? 0 : 1)
                .bind("round", probe.round())
                .map((row, context) ->
                        new Tally(row.getInt("probes_passed"), row.getInt("probes_failed"), row.getInt("openings")))
                .findOne()
                .ifPresent(tally -> judge(handle, probe.agent(), settings, tally, why)));
    }

    /** Gives back what was let through and not answered, because the run was stopped. */
    public void abandonProbe(Probe probe) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        UPDATE postroad.agents SET probes_begun = probes_begun - 1
                        WHERE name = :agent AND breaker = 'half-open'
                          AND (extract(epoch FROM breaker_until) * 1000000)::bigint = :round""")
                .bind("agent", probe.agent())
                .bind("round", probe.round())
                .execute());
    }

    private void judge(Handle handle, String agent, GuardSettings settings, Tally tally, String why) {
        CircuitBreakerSettings breaker = settings.circuitBreaker();
        int answered = tally.passed + tally.failed;
        if (answered < breaker.halfOpenCalls()) {
            return;
        }
        if (tally.failed * 100.0 / answered < breaker.failureRate()) {
            handle.execute("""
                    UPDATE postroad.agents SET breaker = 'closed', breaker_until = NULL, openings = 0
                    WHERE name = ?""", agent);
            events.append(handle, agent, AgentEventType.BREAKER_CLOSED, JsonNodeFactory.instance.objectNode());
            return;
        }
        int openings = tally.openings + 1;
        handle.execute("""
                UPDATE postroad.agents
                SET breaker = 'open', openings = ?, breaker_until = now() + make_interval(secs => ?)
                WHERE name = ?""", openings, seconds(breaker.openFor()), agent);
        tellOpened(handle, agent, settings, why, openings);
    }

    private void tellOpened(Handle handle, String agent, GuardSettings settings, String why, int openings) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("reason", why)
                .put("openings", openings)
                .put("openFor", settings.circuitBreaker().openFor().toString());
        events.append(handle, agent, AgentEventType.BREAKER_OPENED, data);
        HealthSettings health = settings.health();
        if (health.disable() && openings >= health.openings()) {
            String reason = "its circuit breaker opened " + openings + " times in a row without closing; " + why;
            agents.disable(
                    handle,
                    agent,
                    AgentSwitch.By.SYSTEM,
                    reason,
                    clock.instant().plus(health.probeEvery()));
        }
    }

    /** Lets one call through to an agent that the system disabled, where its time has come. */
    public boolean beginTrial(String agent, HealthSettings health) {
        return jdbi.withHandle(handle -> handle.execute("""
                        UPDATE postroad.agents SET probe_at = now() + make_interval(secs => ?)
                        WHERE name = ? AND NOT enabled AND disabled_by = 'system' AND probe_at <= now()""", seconds(health.probeEvery()), agent)) == 1;
    }

    /** The call that was let through to a disabled agent went well: the agent is enabled. */
    public void endTrial(String agent) {
        agents.enable(agent, AgentSwitch.By.SYSTEM, "a call that was let through to see went well");
    }

    /** A Java agent on the class path needs no definition, and has no row until something is to be said of it. */
    private static void ensure(Handle handle, String agent) {
        handle.execute("""
                INSERT INTO postroad.agents (name, kind, definition, published_at)
                VALUES (?, 'java', json_build_object('agent', ?::text, 'kind', 'java'), 'epoch')
                ON CONFLICT (name) DO NOTHING""", agent, agent);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private record Tally(int passed, int failed, int openings) {}
}
