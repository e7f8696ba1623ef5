-- Results of nodes that say "cache", by what they were given; shared by all runs and workers.
CREATE TABLE cached_results (
    key        bytea       PRIMARY KEY,
    reply      json        NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX cached_results_expired ON cached_results (expires_at);
