-- Commands that wait for their run, in the order in which they were kept: times may be equal, and clocks may be set back.
ALTER TABLE pending_commands ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
