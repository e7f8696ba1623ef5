-- Who gave turns of a graph last. Where that was a worker itself, and all shards are still its own, none of what counts for
-- the limits of the graph came to be without its knowing, so that it need not read all runs under way each time.
CREATE TABLE turn_givers (
    graph  text   PRIMARY KEY,
    worker bigint NOT NULL
) WITH (fillfactor = 50);
