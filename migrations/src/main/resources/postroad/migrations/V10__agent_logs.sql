-- What agents log, and workers about their calls; a partition for each day, made and dropped by the workers. Lines are
-- numbered in the order in which they are committed, so that whoever follows them misses none.
CREATE SEQUENCE agent_logs_id;

CREATE TABLE agent_logs (
    id      bigint      NOT NULL DEFAULT nextval('agent_logs_id'),
    at      timestamptz NOT NULL,
    level   text        NOT NULL CHECK (level IN ('trace', 'debug', 'info', 'warn', 'error')),
    run_id  text        NOT NULL,
    graph   text        NOT NULL,
    node    text        NOT NULL,
    task    text        NOT NULL,
    attempt integer     NOT NULL,
    agent   text        NOT NULL,
    worker  text        NOT NULL,
    message text        NOT NULL,
    fields  json
) PARTITION BY RANGE (at);

CREATE INDEX agent_logs_by_run ON agent_logs (run_id, id);

-- For days that have no partition of their own, as where the workers may not make any.
CREATE TABLE agent_logs_other PARTITION OF agent_logs DEFAULT;
