-- The partitions of the log belong to who owns the log. Workers make and drop them by these two, so that they need own nothing.
-- Whoever migrates says who may call them: postroad migrate --grant-to ROLE.
CREATE OR REPLACE FUNCTION make_agent_logs(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := 'agent_logs_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass('postroad.' || name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE postroad.%I (LIKE postroad.agent_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)',
            name);
        -- Without a key, so that a publication needs the whole row.
        EXECUTE format('ALTER TABLE postroad.%I REPLICA IDENTITY FULL', name);
        -- Attached rather than made in place, as that would wait for all who read.
        EXECUTE format(
            'ALTER TABLE postroad.agent_logs ATTACH PARTITION postroad.%I FOR VALUES FROM (%L) TO (%L)',
            name,
            to_char(day, 'YYYY-MM-DD') || ' 00:00+00',
            to_char(day + 1, 'YYYY-MM-DD') || ' 00:00+00');
    END IF;
END $$;

CREATE OR REPLACE FUNCTION drop_agent_logs(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS postroad.%I', 'agent_logs_' || to_char(day, 'YYYYMMDD'));
END $$;

REVOKE ALL ON FUNCTION make_agent_logs(date), drop_agent_logs(date) FROM PUBLIC;
