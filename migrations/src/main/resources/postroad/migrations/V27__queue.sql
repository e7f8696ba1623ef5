-- fair_key: whose turn a queued run takes, where its graph has its keys take turns; rank is its place among all then.
-- limit_keys: its key for each limit of its version of the graph, in their order, and line: a number for all of them together,
-- so that the first of each combination is found without those behind it. Null where the graph says nothing of it.
ALTER TABLE runs
    ADD COLUMN fair_key   text,
    ADD COLUMN limit_keys json,
    ADD COLUMN line       bigint;

-- Only runs that wait, of graphs that say so, are in these.
CREATE INDEX runs_fair ON runs (graph, priority, fair_key, rank) WHERE status = 'queued' AND fair_key IS NOT NULL;
CREATE INDEX runs_turn_lines ON runs (graph, line, rank, id)
    WHERE status = 'queued' AND limited AND turn_at IS NULL AND line IS NOT NULL;

-- What admitted_run is to releases before.
CREATE TYPE placed_run AS (
    id bigint, run_id text, shard integer, graph text, version integer, status text, priority integer, input json,
    tags json, error json, traceparent text, queued_at timestamptz, started_at timestamptz, ended_at timestamptz,
    wake_at timestamptz, rank timestamptz, limited boolean, fair_key text, limit_keys json, line bigint,
    questions json, asked_at timestamptz, due_at timestamptz, assignees json);

-- What was used lately of limits that hold over all workers. name: graph/NAME for runs that begin. key: what is counted
-- together. used: how much in which slice of the period, see RateWindow.
CREATE TABLE limits (
    name       text        NOT NULL,
    key        text        NOT NULL,
    used       text        NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, key)
) WITH (fillfactor = 50);
