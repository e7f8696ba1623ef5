-- retention: how long after its end a run is kept, where its trigger said so; null for what its graph says.
ALTER TABLE runs ADD COLUMN retention interval;

-- When those are due, in UTC. Few runs are in it.
CREATE INDEX runs_own_retention ON runs ((ended_at AT TIME ZONE 'UTC' + retention), id) WHERE retention IS NOT NULL;

-- What placed_run is to releases before.
CREATE TYPE admitted_run_v39 AS (
    id bigint, run_id text, shard integer, graph text, version integer, status text, priority integer, input json,
    tags json, error json, traceparent text, queued_at timestamptz, started_at timestamptz, ended_at timestamptz,
    wake_at timestamptz, rank timestamptz, limited boolean, fair_key text, limit_keys json, line bigint, retention text,
    questions json, asked_at timestamptz, due_at timestamptz, assignees json);
