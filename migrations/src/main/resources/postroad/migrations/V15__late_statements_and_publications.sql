-- status_seq: of the journal rows that changed the status after the run was admitted, the last; 0 before the first. A
-- statement that Postgres executes late, after its connection was given up, finds a later one here, and changes nothing.
ALTER TABLE runs ADD COLUMN status_seq integer NOT NULL DEFAULT 0;

-- Whatever a publication covers can be updated and deleted only where its rows can be told apart. Lines of a log have no
-- key, so there it is all of a row; that is written for publications alone. Partitions have each their own.
ALTER TABLE agent_logs REPLICA IDENTITY FULL;

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'agent_logs'::regclass LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', part);
    END LOOP;
END $$;
