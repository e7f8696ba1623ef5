-- Since when runs stand still. kafka_silent_since: null while Kafka answers a worker, and of a release that does not say.
-- given_back_at: when the last owner that left gave a shard back; of a meaning only while nobody holds it.
ALTER TABLE workers ADD COLUMN kafka_silent_since timestamptz;
ALTER TABLE shards ADD COLUMN given_back_at timestamptz;
