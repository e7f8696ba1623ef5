-- An event may be about the price of a model, too: who published or removed it.
ALTER TABLE agent_events ADD COLUMN price text;
ALTER TABLE agent_events DROP CONSTRAINT agent_events_about_one;
ALTER TABLE agent_events ADD CONSTRAINT agent_events_about_one CHECK (num_nonnulls(agent, schedule, graph, price) = 1);
