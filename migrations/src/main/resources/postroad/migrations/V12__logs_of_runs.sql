-- What a worker says of a run as a whole belongs to no task of it.
ALTER TABLE agent_logs
    ALTER graph DROP NOT NULL, ALTER node DROP NOT NULL, ALTER task DROP NOT NULL, ALTER attempt DROP NOT NULL,
    ALTER agent DROP NOT NULL;

-- A partition that was made apart and then attached keeps what it was made with.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'agent_logs'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ALTER graph DROP NOT NULL, ALTER node DROP NOT NULL, ALTER task DROP NOT NULL, '
            'ALTER attempt DROP NOT NULL, ALTER agent DROP NOT NULL', part);
    END LOOP;
END $$;
