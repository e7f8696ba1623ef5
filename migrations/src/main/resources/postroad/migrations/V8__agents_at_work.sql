-- How agents fare. What changes often stands in columns that no index covers.
-- disabled_by: person or system. breaker_until: of an open breaker, when calls are let through to see; of a half-open
-- one, when those that are not answered yet count no more. openings: how often in a row it opened without closing.
-- probe_at: when a call may try an agent that the system disabled. removed_at: its registry record was removed.
ALTER TABLE agents
    ADD COLUMN disabled_by   text CHECK (disabled_by IN ('person', 'system')),
    ADD COLUMN disabled_at   timestamptz,
    ADD COLUMN probe_at      timestamptz,
    ADD COLUMN removed_at    timestamptz,
    ADD COLUMN breaker       text        NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half-open')),
    ADD COLUMN breaker_until timestamptz,
    ADD COLUMN openings      integer     NOT NULL DEFAULT 0,
    ADD COLUMN probes_begun  integer     NOT NULL DEFAULT 0,
    ADD COLUMN probes_passed integer     NOT NULL DEFAULT 0,
    ADD COLUMN probes_failed integer     NOT NULL DEFAULT 0,
    ADD COLUMN last_error    json,
    ADD COLUMN last_error_at timestamptz;

-- What happened to agents; published after it is committed.
CREATE TABLE agent_events (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent     text        NOT NULL,
    type      text        NOT NULL,
    at        timestamptz NOT NULL,
    worker    text,
    data      json        NOT NULL,
    published boolean     NOT NULL DEFAULT false
);
CREATE INDEX agent_events_by_agent ON agent_events (agent, id);
CREATE INDEX agent_events_unpublished ON agent_events (id) WHERE NOT published;

-- How the calls of a minute went. histogram: milliseconds, an HdrHistogram in its compressed encoding.
CREATE TABLE agent_metrics (
    minute     timestamptz NOT NULL,
    agent      text        NOT NULL,
    graph      text        NOT NULL,
    worker     text        NOT NULL,
    calls      bigint      NOT NULL,
    failures   bigint      NOT NULL,
    tokens_in  bigint      NOT NULL,
    tokens_out bigint      NOT NULL,
    millis     bigint      NOT NULL,
    histogram  bytea       NOT NULL,
    PRIMARY KEY (agent, minute, graph, worker)
);
CREATE INDEX agent_metrics_by_minute ON agent_metrics (minute);

-- The agents that a waiting run waits for, so that it goes on as soon as one of them can be called again.
ALTER TABLE runs ADD COLUMN waits_for text[];
CREATE INDEX runs_by_agent_waited_for ON runs USING gin (waits_for) WHERE waits_for IS NOT NULL;
