-- Runs that went on under another version of their graph. version is the one that applies now; migrations lists, in order,
-- the row of each run.migrated and the version that applied before it: {seq, version, seq, version, ...}. Null for none.
ALTER TABLE runs ADD COLUMN migrations integer[];

-- The version of its graph that applied to a row of a run's journal.
CREATE FUNCTION graph_version(newest integer, migrations integer[], seq integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce((
        SELECT migrations[place + 1]
        FROM generate_series(1, array_length(migrations, 1), 2) AS place
        WHERE graph_version.seq < migrations[place]
        ORDER BY place LIMIT 1), newest)
$$;

CREATE OR REPLACE VIEW workflow_events AS
SELECT r.run_id, r.graph,
       CASE WHEN r.migrations IS NULL THEN r.version ELSE graph_version(r.version, r.migrations, j.seq) END
           AS graph_version,
       j.seq, j.type, j.node, j.task, j.attempt, j.superstep, j.version, j.at, j.duration, j.progress, j.data
FROM journal j
JOIN runs r ON r.id = j.run;

-- What is done to many runs at once, by whichever worker holds the bulk: one that has not renewed it for a while is
-- followed by another. action: a control message without its run, or {"type": "prune"}; selection: what was asked for.
CREATE TABLE bulks (
    id         text        PRIMARY KEY,
    action     json        NOT NULL,
    selection  json        NOT NULL,
    by         text,
    per_second integer     NOT NULL CHECK (per_second > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    worker     text,
    renewed_at timestamptz,
    cancelled_at timestamptz,
    cancelled_by text,
    ended_at   timestamptz
);

CREATE INDEX bulks_under_way ON bulks (created_at) WHERE ended_at IS NULL;
CREATE INDEX bulks_by_time ON bulks (created_at);

-- The runs of a bulk, as they were found when it was made. state: waiting, sent, done, refused, silent (no answer came in
-- time) or left (the bulk was cancelled before); reason: for people, where it was not done.
CREATE TABLE bulk_runs (
    bulk    text        NOT NULL REFERENCES bulks (id) ON DELETE CASCADE,
    place   integer     NOT NULL,
    run_id  text        NOT NULL,
    state   text        NOT NULL DEFAULT 'waiting',
    sent_at timestamptz,
    reason  text,
    PRIMARY KEY (bulk, place)
);

CREATE INDEX bulk_runs_to_do ON bulk_runs (bulk, state, place) WHERE state IN ('waiting', 'sent');
CREATE INDEX bulk_runs_not_done ON bulk_runs (bulk, place) WHERE state IN ('refused', 'silent');
