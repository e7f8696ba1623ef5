-- Runs by what they are tagged with, for tags that few have; those that many have are met soon enough on the way back in
-- time. Runs without tags cost nothing here.
CREATE INDEX runs_by_tag ON runs USING gin ((tags::jsonb) jsonb_path_ops) WHERE tags IS NOT NULL;

-- How rare a tag is; the statistics of an index that holds some runs only are not used for it.
CREATE STATISTICS runs_tags ON (tags::jsonb) FROM runs;
