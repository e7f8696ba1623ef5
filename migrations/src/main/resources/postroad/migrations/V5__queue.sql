-- rank: the place in the queue, the earlier the better: when the run was queued, and ten minutes earlier for each level
-- of its priority. So higher priority goes first, and nobody waits for ever behind those who come later.
-- limited: whether the run's graph has a limit on its runs; turn_at: when that limit let the run begin.
ALTER TABLE runs
    ADD COLUMN rank    timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN limited boolean     NOT NULL DEFAULT false,
    ADD COLUMN turn_at timestamptz;

UPDATE runs SET rank = queued_at - priority * interval '10 minutes' WHERE status = 'queued';

-- A run that begins at once is in none of these, and no other is in them for longer than it waits.
CREATE INDEX runs_queue ON runs (rank, id) WHERE status = 'queued' AND NOT limited;
CREATE INDEX runs_turn_wanted ON runs (graph, rank, id) WHERE status = 'queued' AND limited AND turn_at IS NULL;
CREATE INDEX runs_turn_given ON runs (graph) WHERE status = 'queued' AND turn_at IS NOT NULL;
CREATE INDEX runs_turn_taken ON runs (graph) WHERE limited AND status IN ('running', 'waiting');
