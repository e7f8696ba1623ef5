-- What a run that is at rest asks of people, so that all open questions are found without a look at a journal. It is written
-- with the change of status, and is true as long as questions_seq is status_seq: a worker of a release that does not know of
-- it changes the one and not the other, and so the workers that do know find what they have to look up in the journal.
-- asked_at, due_at: when the first of the questions was asked, and when the first of them is over; null for never.
ALTER TABLE runs
    ADD COLUMN questions     json,
    ADD COLUMN questions_seq integer,
    ADD COLUMN asked_at      timestamptz,
    ADD COLUMN due_at        timestamptz,
    ADD COLUMN assignees     json;

-- Runs that ask nothing are in none of these.
CREATE INDEX runs_by_asked ON runs (asked_at, id) WHERE questions IS NOT NULL;
CREATE INDEX runs_by_due ON runs (coalesce(due_at, 'infinity'::timestamptz), id) WHERE questions IS NOT NULL;
CREATE INDEX runs_by_assignee ON runs USING gin ((assignees::jsonb) jsonb_path_ops) WHERE assignees IS NOT NULL;

-- Those that have to be looked up: at rest, and nothing that is true was written of their questions.
CREATE INDEX runs_unlisted ON runs (id)
    WHERE status IN ('waiting', 'paused', 'failed') AND questions_seq IS DISTINCT FROM status_seq;
