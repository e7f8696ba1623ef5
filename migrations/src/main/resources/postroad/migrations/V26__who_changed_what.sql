-- An event is about an agent, a schedule or a graph. What is about a graph says who published or removed it.
ALTER TABLE agent_events ADD COLUMN graph text;
ALTER TABLE agent_events DROP CONSTRAINT agent_events_about_one;
ALTER TABLE agent_events ADD CONSTRAINT agent_events_about_one CHECK (num_nonnulls(agent, schedule, graph) = 1);
