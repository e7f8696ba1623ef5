-- retention: how long after its end a run is kept, where its trigger said so; null for what its graph says.
-- fair_weight: as how many runs of its key one counts that takes turns; null for one that takes none.
-- ranks_at: from when it is to take its turn among those of its graph, by whoever has its shard; null once it has its rank.
ALTER TABLE runs
    ADD COLUMN retention   interval,
    ADD COLUMN fair_weight real,
    ADD COLUMN ranks_at    timestamptz;

-- When those are due, in UTC. Few runs are in it.
CREATE INDEX runs_own_retention ON runs ((ended_at AT TIME ZONE 'UTC' + retention), id) WHERE retention IS NOT NULL;
CREATE INDEX runs_without_rank ON runs (shard, ranks_at) WHERE status = 'queued' AND ranks_at IS NOT NULL;

-- What placed_run is to releases before.
CREATE TYPE ranked_run AS (
    id bigint, run_id text, shard integer, graph text, version integer, status text, priority integer, input json,
    tags json, error json, traceparent text, queued_at timestamptz, started_at timestamptz, ended_at timestamptz,
    wake_at timestamptz, rank timestamptz, limited boolean, fair_key text, limit_keys json, line bigint, retention text,
    fair_weight real, ranks_at timestamptz, questions json, asked_at timestamptz, due_at timestamptz, assignees json);
