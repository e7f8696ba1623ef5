-- Graphs whose registry record was removed. Their versions stay, for runs that go by them; removed is who was not
-- published again since.
CREATE TABLE graph_removals (
    name           text        PRIMARY KEY,
    removed_at     timestamptz NOT NULL,
    republished_at timestamptz
);

-- Registry records that were refused, so that a worker that reads them again tells nobody a second time, and does not
-- take up later what was not good when it came.
CREATE TABLE refused_definitions (
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    "offset"   bigint      NOT NULL,
    written_at timestamptz NOT NULL,
    reason     text        NOT NULL,
    PRIMARY KEY (topic, partition, "offset", written_at)
);
