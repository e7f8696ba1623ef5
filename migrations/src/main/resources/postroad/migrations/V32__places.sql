-- Places of limits on calls under way that hold over all workers: how many each worker has, used or not. Those of a worker
-- that is found dead go with its row. wants_until: so long it counts as one that wants more.
CREATE TABLE limit_places (
    name        text        NOT NULL,
    key         text        NOT NULL,
    worker      bigint      NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    places      integer     NOT NULL,
    wants_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (name, key, worker)
) WITH (fillfactor = 50);
CREATE INDEX limit_places_by_worker ON limit_places (worker);
