-- Runs that the owner of their shard cannot read, as another release wrote their journals or a version of their graph is
-- gone. They stay as they are. What stands here is true of one epoch: the next owner looks anew, and may be able to.
CREATE TABLE set_aside_runs (
    run    bigint      PRIMARY KEY,
    shard  integer     NOT NULL,
    epoch  bigint      NOT NULL,
    why    text        NOT NULL,
    worker text        NOT NULL,
    since  timestamptz NOT NULL DEFAULT now()
);

-- Those that stand still now: nobody looks at them again and again, and they take no turn of their graph from others.
CREATE VIEW unreadable_runs AS
SELECT a.run, a.shard, a.why, a.worker, a.since
FROM set_aside_runs a JOIN shards s ON s.shard = a.shard AND s.epoch = a.epoch;
