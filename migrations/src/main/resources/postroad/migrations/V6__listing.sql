-- How runs are found that somebody looks for, the newest first: all, those of a graph, and those that are not like most.
-- A status is asked for by name, and any but the common one has its runs in order here.
CREATE INDEX runs_by_time ON runs (queued_at, id);
CREATE INDEX runs_by_graph ON runs (graph, queued_at, id);
CREATE INDEX runs_by_status ON runs (status, queued_at, id) WHERE status <> 'completed';

-- Those that are under way are found by their status.
DROP INDEX runs_unfinished;
