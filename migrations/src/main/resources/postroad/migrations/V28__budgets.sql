-- What the calls of agents spent, of graphs with a budget for a period: by key, and slot of time, whose first moment it is.
-- Written by the statement that writes the rows of the journal that say so, so that it is neither lost nor doubled.
CREATE TABLE budgets (
    graph  text        NOT NULL,
    key    text        NOT NULL,
    slot   timestamptz NOT NULL,
    tokens bigint      NOT NULL,
    cost   numeric     NOT NULL,
    PRIMARY KEY (graph, key, slot)
) WITH (fillfactor = 50);
CREATE INDEX budgets_by_slot ON budgets (slot);

CREATE TYPE spent_row AS (
    shard integer, run bigint, seq integer, graph text, key text, slot timestamptz, tokens bigint, cost text);
