-- What waits for a time is in no worker's memory; this is how it is found. Runs that wait for nobody are not in it.
CREATE INDEX runs_wake_at ON runs (shard, wake_at) WHERE wake_at IS NOT NULL;

-- The versions of the graphs inside a graph, as they were when it was published; null where it has none.
ALTER TABLE graphs ADD COLUMN inside json;
