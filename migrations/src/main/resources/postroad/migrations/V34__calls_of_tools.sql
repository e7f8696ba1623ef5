-- An attempt that ends by calling tools is done and has used tokens as any other; another follows when they have answered,
-- and its task is under way until then.
CREATE OR REPLACE VIEW agent_results AS
SELECT r.run_id, r.graph, j.node, j.task, j.attempt, j.at, j.duration,
       j.data -> 'writes' AS output,
       (j.data #>> '{usage,inputTokens}')::bigint AS input_tokens,
       (j.data #>> '{usage,outputTokens}')::bigint AS output_tokens,
       CASE j.type WHEN 'node.completed' THEN 'completed' WHEN 'node.waiting' THEN 'waiting'
                   WHEN 'node.calling' THEN 'completed' ELSE 'failed' END AS status,
       j.type = 'node.retrying' AS repeated,
       j.data -> 'error' AS error,
       s.data ->> 'agent' AS agent, r.version AS graph_version, j.superstep, s.data -> 'input' AS input,
       s.version AS input_version, s.at AS started_at,
       (j.data #>> '{usage,cost}')::numeric AS cost, j.data #>> '{usage,model}' AS model
FROM journal j
JOIN runs r ON r.id = j.run
JOIN journal s ON s.run = j.run AND s.task = j.task AND s.attempt = j.attempt AND s.type = 'node.started'
WHERE j.type IN ('node.completed', 'node.failed', 'node.retrying', 'node.waiting', 'node.calling')
  AND s.data ->> 'agent' IS NOT NULL
  AND NOT (j.type = 'node.waiting' AND j.data ->> 'agent' IS NOT NULL);

CREATE OR REPLACE VIEW tasks AS
SELECT r.run_id, r.graph, t.task, max(t.node) AS node, max(t.superstep) AS superstep,
       max(t.attempt) AS attempts,
       min(t.at) FILTER (WHERE t.type = 'node.started') AS started_at,
       max(t.at) FILTER (WHERE t.type IN ('node.completed', 'node.failed', 'node.cancelled', 'run.failed')) AS ended_at,
       (array_agg(CASE t.type WHEN 'node.started' THEN 'running' WHEN 'node.calling' THEN 'running'
                              WHEN 'run.failed' THEN 'failed' ELSE substring(t.type FROM 6) END ORDER BY t.seq DESC))[1] AS status,
       (array_agg(t.data -> 'writes' ORDER BY t.seq DESC) FILTER (WHERE t.type = 'node.completed'))[1] AS output,
       (array_agg(t.data -> 'error' ORDER BY t.seq DESC)
           FILTER (WHERE t.type IN ('node.failed', 'node.retrying', 'run.failed')))[1] AS error,
       max(r.version) AS graph_version,
       max(t.data ->> 'agent') FILTER (WHERE t.type = 'node.started') AS agent,
       (array_agg(t.data -> 'input' ORDER BY t.seq DESC)
           FILTER (WHERE t.type = 'node.started' AND t.data ->> 'input' IS NOT NULL))[1] AS input,
       min(t.version) FILTER (WHERE t.type = 'node.started') AS input_version,
       sum((t.data #>> '{usage,inputTokens}')::bigint) AS input_tokens,
       sum((t.data #>> '{usage,outputTokens}')::bigint) AS output_tokens,
       sum(t.duration) AS duration,
       max(t.at) FILTER (WHERE t.type IN ('node.completed', 'node.failed', 'node.cancelled', 'run.failed'))
           - min(t.at) FILTER (WHERE t.type = 'node.started') AS elapsed,
       NOT standing.parts @> min(t.seq) AS superseded,
       sum((t.data #>> '{usage,cost}')::numeric) AS cost
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
CROSS JOIN LATERAL (
    -- What of the journal stands, from its end back: up to where the run last went back, then from where it went to.
    WITH RECURSIVE parts (since, before) AS (
        SELECT coalesce(max(j.seq), 0), 2147483647
        FROM journal j
        WHERE j.run = r.id
          AND (j.type = 'run.rolled-back' OR j.type = 'run.continued' AND j.data ->> 'mode' = 'rolled_back')
        UNION ALL
        SELECT coalesce((
                   SELECT max(j.seq)
                   FROM journal j
                   WHERE j.run = r.id AND j.seq < kept.before
                     AND (j.type = 'run.rolled-back' OR j.type = 'run.continued' AND j.data ->> 'mode' = 'rolled_back')),
                   0), kept.before
        FROM parts
        JOIN journal went ON went.run = r.id AND went.seq = parts.since
        CROSS JOIN LATERAL (
            SELECT 1 + CASE went.type
                WHEN 'run.rolled-back' THEN (
                    SELECT min(j.seq) FROM journal j
                    WHERE j.run = r.id AND j.version = (went.data ->> 'toVersion')::integer)
                ELSE coalesce((
                    SELECT max(j.seq) FROM journal j
                    WHERE j.run = r.id AND j.seq < went.seq AND j.type = 'run.continued'
                      AND j.data ->> 'mode' <> 'enqueued'), (
                    SELECT min(j.seq) FROM journal j WHERE j.run = r.id AND j.type = 'run.started'))
                END AS before
        ) kept
    )
    SELECT range_agg(int4range(since, before, '()')) AS parts FROM parts
) standing
GROUP BY r.run_id, r.graph, t.task, standing.parts;
