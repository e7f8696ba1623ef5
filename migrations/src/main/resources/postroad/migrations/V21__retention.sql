-- Runs that were deleted, as they had ended long enough ago or somebody asked for it: their ids stay known for a time, so that
-- a trigger that comes again is still a second one, and whoever asks for the run is told. A row counts where there is no
-- run of that id. trigger: where its trigger was read from.
CREATE TABLE pruned_runs (
    run_id    text        PRIMARY KEY,
    graph     text        NOT NULL,
    ended_at  timestamptz NOT NULL,
    pruned_at timestamptz NOT NULL DEFAULT now(),
    trigger   json
);
CREATE INDEX pruned_runs_by_time ON pruned_runs (pruned_at);

-- Runs that are gone from the table of runs, and whose journals, snapshots and logs are still to be deleted, some rows at
-- a time.
CREATE TABLE rows_to_prune (
    run       bigint      PRIMARY KEY,
    run_id    text        NOT NULL,
    pruned_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX rows_to_prune_by_run_id ON rows_to_prune (run_id);

-- Ended runs that somebody asked to delete; one that has gone on since is not meant any more.
CREATE TABLE prune_requests (
    run      bigint      PRIMARY KEY,
    ended_at timestamptz NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now()
);

-- Runs that were brought back: what retention there is counts from then.
CREATE TABLE imported_runs (
    run         bigint      PRIMARY KEY,
    imported_at timestamptz NOT NULL DEFAULT now()
);

-- What was deleted is room for new rows once it is vacuumed; a fifth of a long journal is too much to wait for.
ALTER TABLE journal SET (autovacuum_vacuum_scale_factor = 0.05);
