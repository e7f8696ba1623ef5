-- The customary names, for people who look with SQL.

CREATE VIEW workflow_events AS
SELECT r.run_id, r.graph, r.version AS graph_version, j.seq, j.type, j.node, j.task, j.attempt, j.superstep,
       j.version, j.at, j.duration, j.progress, j.data
FROM journal j
JOIN runs r ON r.id = j.run;

-- The state that a run ended with; null while it is under way.
CREATE VIEW workflow_states AS
SELECT r.run_id, r.graph, r.version AS graph_version, r.status, ended.version, ended.data -> 'state' AS state,
       r.input, r.tags, r.error, r.queued_at, r.started_at, r.ended_at
FROM runs r
LEFT JOIN LATERAL (
    SELECT j.version, j.data
    FROM journal j
    WHERE j.run = r.id AND r.ended_at IS NOT NULL
      AND j.type IN ('run.completed', 'run.failed', 'run.cancelled')
    ORDER BY j.seq DESC
    LIMIT 1
) ended ON true;

CREATE VIEW tasks AS
SELECT r.run_id, r.graph, j.task, j.node, j.superstep,
       max(j.attempt) AS attempts,
       min(j.at) FILTER (WHERE j.type = 'node.started') AS started_at,
       max(j.at) FILTER (WHERE j.type IN ('node.completed', 'node.failed', 'node.cancelled')) AS ended_at,
       (array_agg(substring(j.type FROM 6) ORDER BY j.seq DESC))[1] AS status,
       (array_agg(j.data -> 'writes' ORDER BY j.seq DESC) FILTER (WHERE j.type = 'node.completed'))[1] AS output,
       (array_agg(j.data -> 'error' ORDER BY j.seq DESC)
           FILTER (WHERE j.type IN ('node.failed', 'node.retrying')))[1] AS error
FROM journal j
JOIN runs r ON r.id = j.run
WHERE j.task IS NOT NULL
GROUP BY r.run_id, r.graph, j.task, j.node, j.superstep;

CREATE VIEW agent_results AS
SELECT r.run_id, r.graph, j.node, j.task, j.attempt, j.at, j.duration,
       j.data -> 'writes' AS output,
       (j.data #>> '{usage,inputTokens}')::bigint AS input_tokens,
       (j.data #>> '{usage,outputTokens}')::bigint AS output_tokens
FROM journal j
JOIN runs r ON r.id = j.run
WHERE j.type = 'node.completed';
