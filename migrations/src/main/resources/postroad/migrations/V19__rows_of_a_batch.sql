-- What the workers hand to Postgres: one array of rows for each table that a batch writes to, instead of an array for each
-- column. Postgres takes them apart in less than half of the time. These types are the workers' own; a release that needs
-- other fields makes other types, so that workers of both work side by side.
CREATE TYPE journal_row AS (
    shard integer, fresh boolean, run bigint, seq integer, type text, node text, task text, attempt integer,
    superstep integer, version integer, at timestamptz, duration interval, progress real, data json);

CREATE TYPE admitted_run AS (
    id bigint, run_id text, shard integer, graph text, version integer, status text, priority integer, input json,
    tags json, error json, traceparent text, queued_at timestamptz, started_at timestamptz, ended_at timestamptz,
    wake_at timestamptz, rank timestamptz, limited boolean,
    questions json, asked_at timestamptz, due_at timestamptz, assignees json);

CREATE TYPE changed_run AS (
    id bigint, shard integer, seq integer, status text, error json, started_at timestamptz, ended_at timestamptz,
    wake_at timestamptz, waits_for text,
    questions json, asked_at timestamptz, due_at timestamptz, assignees json);
