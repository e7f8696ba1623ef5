-- Schedules. revision grows with whatever else than a time that is due changes, so that workers see that by it.
-- decided_until: what became of all times up to this one is decided. last_run: the newest run, which the next one may have
-- to wait for. Both change often, so no index stands on them.
CREATE TABLE schedules (
    name text PRIMARY KEY,
    definition json NOT NULL,
    published_at timestamptz NOT NULL,
    removed_at timestamptz,
    revision bigint NOT NULL DEFAULT 1,
    paused boolean NOT NULL DEFAULT false,
    paused_by text,
    paused_reason text,
    paused_at timestamptz,
    decided_until timestamptz NOT NULL,
    last_run text
) WITH (fillfactor = 50);

-- Times of schedules whose run is decided upon and not admitted yet: for a moment; until the worker that takes over has
-- done it; or, where one waits, until the run before has ended, as overlap says.
CREATE TABLE schedule_runs (
    schedule text NOT NULL,
    due_at timestamptz NOT NULL,
    run_id text NOT NULL,
    waits boolean NOT NULL,
    overlap text NOT NULL,
    reason text,
    asked_by text,
    PRIMARY KEY (schedule, due_at)
);
CREATE INDEX schedule_runs_starting ON schedule_runs (run_id) WHERE NOT waits;

-- An event is about an agent or about a schedule.
ALTER TABLE agent_events ALTER COLUMN agent DROP NOT NULL;
ALTER TABLE agent_events ADD COLUMN schedule text;
ALTER TABLE agent_events ADD CONSTRAINT agent_events_about_one CHECK ((agent IS NULL) <> (schedule IS NULL));
CREATE INDEX agent_events_of_agents ON agent_events (id) WHERE agent IS NOT NULL;
CREATE INDEX agent_events_of_schedules ON agent_events (id) WHERE schedule IS NOT NULL;
DROP INDEX agent_events_by_agent;
CREATE INDEX agent_events_by_agent ON agent_events (agent, id) WHERE agent IS NOT NULL;

-- Triggers of which the last of a key within a time is to run. One that is chosen has begun, and is sent to the topic of
-- triggers anew; it stays for a while after that, so that an older one that is read again does not take it for gone. One
-- that is superseded stays until that is told, by whoever reads the record whose place superseded_by says. since: when the
-- first of those was written whose place it has taken.
CREATE TABLE debounced_triggers (
    target text NOT NULL,
    key text NOT NULL,
    run_id text NOT NULL,
    shard integer NOT NULL,
    written_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    within_millis bigint NOT NULL,
    due_at timestamptz NOT NULL,
    begun boolean NOT NULL DEFAULT false,
    sent boolean NOT NULL DEFAULT false,
    superseded boolean NOT NULL DEFAULT false,
    superseded_by text,
    trigger text NOT NULL,
    traceparent text,
    topic text NOT NULL,
    topic_id text,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (target, key, run_id, partition, "offset")
);
CREATE INDEX debounced_triggers_due ON debounced_triggers (shard, due_at) WHERE NOT sent AND NOT superseded;
CREATE INDEX debounced_triggers_held ON debounced_triggers (target, key) WHERE NOT begun AND NOT superseded;
CREATE INDEX debounced_triggers_by_key ON debounced_triggers (target, key, written_at) WHERE NOT superseded;
CREATE INDEX debounced_triggers_untold ON debounced_triggers (target, key, superseded_by) WHERE superseded;
CREATE INDEX debounced_triggers_old ON debounced_triggers (due_at) WHERE sent OR superseded;

-- Runs that are to begin later do not stand between those that wait for a turn alone.
DROP INDEX runs_turn_wanted;
CREATE INDEX runs_turn_wanted ON runs (graph, rank, id)
    WHERE status = 'queued' AND limited AND turn_at IS NULL AND wake_at IS NULL;
CREATE INDEX runs_turn_later ON runs (graph, rank, id, wake_at)
    WHERE status = 'queued' AND limited AND turn_at IS NULL AND wake_at IS NOT NULL;
