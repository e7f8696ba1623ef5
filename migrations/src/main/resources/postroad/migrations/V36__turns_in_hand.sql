-- Turns that a worker gave to runs which it begins itself, in places that are free: a moment later their rows say that they
-- are running, so it need not be written into each of them that they have a turn. A turn is one as long as its run is queued
-- as it was (seqs has its status_seq), under the epoch that its shard had (epochs); whoever gives turns counts those of all.
CREATE TABLE turns (
    graph    text        NOT NULL,
    worker   bigint      NOT NULL,
    runs     bigint[]    NOT NULL,
    seqs     integer[]   NOT NULL,
    epochs   bigint[]    NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (graph, worker)
) WITH (fillfactor = 50);
