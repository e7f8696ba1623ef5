-- Which of several topics of one name a refused record was on, by Kafka's id of it; null where that is not known. Those of
-- topics that are no more are forgotten.
ALTER TABLE refused_definitions ADD COLUMN topic_id text;
