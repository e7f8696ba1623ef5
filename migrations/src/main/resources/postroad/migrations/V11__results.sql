-- What became of each task: when, by which agent, from what to what, and at what cost. A run that fails as a whole takes
-- with it the tasks that it names, which have no last event of their own.
-- duration: what its attempts took together; elapsed: from the first start to the end, waits among it.
-- input is null where the agent was handed the state, that of input_version.
CREATE OR REPLACE VIEW tasks AS
SELECT r.run_id, r.graph, t.task, max(t.node) AS node, max(t.superstep) AS superstep,
       max(t.attempt) AS attempts,
       min(t.at) FILTER (WHERE t.type = 'node.started') AS started_at,
       max(t.at) FILTER (WHERE t.type IN ('node.completed', 'node.failed', 'node.cancelled', 'run.failed')) AS ended_at,
       (array_agg(CASE t.type WHEN 'node.started' THEN 'running' WHEN 'run.failed' THEN 'failed'
                              ELSE substring(t.type FROM 6) END ORDER BY t.seq DESC))[1] AS status,
       (array_agg(t.data -> 'writes' ORDER BY t.seq DESC) FILTER (WHERE t.type = 'node.completed'))[1] AS output,
       (array_agg(t.data -> 'error' ORDER BY t.seq DESC)
           FILTER (WHERE t.type IN ('node.failed', 'node.retrying', 'run.failed')))[1] AS error,
       max(r.version) AS graph_version,
       max(t.data ->> 'agent') FILTER (WHERE t.type = 'node.started') AS agent,
       (array_agg(t.data -> 'input' ORDER BY t.seq DESC)
           FILTER (WHERE t.type = 'node.started' AND t.data ->> 'input' IS NOT NULL))[1] AS input,
       min(t.version) FILTER (WHERE t.type = 'node.started') AS input_version,
       sum((t.data #>> '{usage,inputTokens}')::bigint) FILTER (WHERE t.type = 'node.completed') AS input_tokens,
       sum((t.data #>> '{usage,outputTokens}')::bigint) FILTER (WHERE t.type = 'node.completed') AS output_tokens,
       sum(t.duration) AS duration,
       max(t.at) FILTER (WHERE t.type IN ('node.completed', 'node.failed', 'node.cancelled', 'run.failed'))
           - min(t.at) FILTER (WHERE t.type = 'node.started') AS elapsed
FROM runs r
CROSS JOIN LATERAL (
    SELECT j.seq, j.type, j.node, j.task, j.attempt, j.superstep, j.version, j.at, j.duration, j.data
    FROM journal j
    WHERE j.run = r.id AND j.task IS NOT NULL
    UNION ALL
    SELECT j.seq, j.type, NULL, named.task, NULL, NULL, j.version, j.at, NULL, j.data
    FROM journal j
    CROSS JOIN LATERAL json_array_elements_text(j.data -> 'tasks') AS named (task)
    WHERE j.run = r.id AND j.type = 'run.failed'
) t
GROUP BY r.run_id, r.graph, t.task;

-- What agents answered: a row for each attempt that completed, failed, or failed and is repeated.
CREATE OR REPLACE VIEW agent_results AS
SELECT r.run_id, r.graph, j.node, j.task, j.attempt, j.at, j.duration,
       j.data -> 'writes' AS output,
       (j.data #>> '{usage,inputTokens}')::bigint AS input_tokens,
       (j.data #>> '{usage,outputTokens}')::bigint AS output_tokens,
       CASE j.type WHEN 'node.completed' THEN 'completed' ELSE 'failed' END AS status,
       j.type = 'node.retrying' AS repeated,
       j.data -> 'error' AS error,
       s.agent, r.version AS graph_version, j.superstep, s.input, s.version AS input_version, s.at AS started_at
FROM journal j
JOIN runs r ON r.id = j.run
CROSS JOIN LATERAL (
    SELECT started.data ->> 'agent' AS agent, started.data -> 'input' AS input, started.version, started.at
    FROM journal started
    WHERE started.run = j.run AND started.seq < j.seq AND started.type = 'node.started' AND started.task = j.task
    ORDER BY started.seq DESC
    LIMIT 1
) s
WHERE j.type IN ('node.completed', 'node.failed', 'node.retrying') AND s.agent IS NOT NULL;
