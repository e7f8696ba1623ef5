package dev.postroad.runtime.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.availability.AgentSwitch.By;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
class AgentSwitchTest {
    private static final Site SITE = Site.open();
    private static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private final AgentSwitch agents = new AgentSwitch(SITE.sql(), new AgentEvents("w", CLOCK), CLOCK);

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void publish() {
        SITE.sql().useHandle(handle -> {
            handle.execute("TRUNCATE postroad.agents, postroad.agent_events");
            handle.execute("""
                    INSERT INTO postroad.agents (name, kind, definition, published_at, breaker, openings, removed_at)
                    VALUES ('a', 'java', '{}', now(), 'open', 3, NULL), ('b', 'java', '{}', now(), 'closed', 0, NULL),
                           ('gone', 'java', '{}', now(), 'closed', 0, now())""");
        });
    }

    private static String row(String agent) {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery("""
                        SELECT concat_ws(' ', enabled, disabled_by, disabled_reason, breaker, openings,
                                         to_char(probe_at AT TIME ZONE 'UTC', 'HH24:MI'))
                        FROM postroad.agents WHERE name = :agent""")
                        .bind("agent", agent)
                        .mapTo(String.class)
                        .one());
    }

    private static List<String> told() {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT agent || ' ' || type || ' ' || data FROM postroad.agent_events ORDER BY id")
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void whoDisablesAnAgentSaysWhy() {
        assertThat(agents.disable("b", By.PERSON, "too expensive", null)).isTrue();
        assertThat(row("b")).isEqualTo("f person too expensive closed 0");
        assertThat(told()).containsExactly("b agent.disabled {\"by\":\"person\",\"reason\":\"too expensive\"}");
    }

    @Test
    void enablingAnAgentForgetsHowItFailed() {
        assertThat(agents.enable("a", By.PERSON, null)).isTrue();
        assertThat(row("a")).isEqualTo("t closed 0");
        assertThat(told()).containsExactly("a agent.enabled {\"by\":\"person\"}");
        assertThat(agents.enable("a", By.PERSON, null)).isFalse();
        assertThat(told()).hasSize(1);
    }

    @Test
    void theSystemDisablesOnceHoweverManyWorkersSeeItFail() {
        Instant probeAt = NOW.plusSeconds(1800);
        assertThat(agents.disable("a", By.SYSTEM, "failed", probeAt)).isTrue();
        assertThat(agents.disable("a", By.SYSTEM, "failed", probeAt.plusSeconds(60)))
                .isFalse();
        assertThat(row("a")).isEqualTo("f system failed open 3 12:30");
        assertThat(told())
                .containsExactly("a agent.disabled"
                        + " {\"by\":\"system\",\"reason\":\"failed\",\"probeAt\":\"2026-07-01T12:30:00Z\"}");
        assertThat(agents.enable("a", By.SYSTEM, "answered")).isTrue();
        assertThat(row("a")).isEqualTo("t closed 0");
    }

    @Test
    void theSystemDoesNotOverruleAPerson() {
        agents.disable("a", By.SYSTEM, "failed", NOW);
        agents.disable("a", By.PERSON, "enough", null);
        assertThat(agents.enable("a", By.SYSTEM, "answered")).isFalse();
        assertThat(agents.disable("a", By.SYSTEM, "failed", NOW)).isFalse();
        assertThat(row("a")).isEqualTo("f person enough open 3");
    }

    @Test
    void anUnknownAgentIsAnErrorThatNamesThoseThereAre() {
        assertThatThrownBy(() -> agents.disable("c", By.PERSON, "x", null))
                .isInstanceOf(UnknownAgentException.class)
                .hasMessage("there is no agent c; there are a, b");
        assertThatThrownBy(() -> agents.enable("gone", By.PERSON, null)).isInstanceOf(UnknownAgentException.class);
        assertThat(told()).isEmpty();
    }
}
