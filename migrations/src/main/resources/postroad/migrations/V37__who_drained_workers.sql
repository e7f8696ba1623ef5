-- An event may be about a worker that was asked to end, too: who asked is known when its row is gone.
ALTER TABLE agent_events ADD COLUMN drained text;
ALTER TABLE agent_events DROP CONSTRAINT agent_events_about_one;
ALTER TABLE agent_events ADD CONSTRAINT agent_events_about_one CHECK (num_nonnulls(agent, schedule, graph, price, drained) = 1);
