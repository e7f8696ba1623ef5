-- How many triggers of its shards wait in Kafka; a worker of a release that does not know of it says nothing.
ALTER TABLE workers ADD COLUMN lag bigint;
