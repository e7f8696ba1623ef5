-- A whole run as it was after a row of its journal, so that it is loaded from the newest that stands and the rows after it.
-- Nothing needs them: any may be deleted, the journal tells the same. None was written before.
-- seq: the row; version: of the state, as in that row; rest: all but the state, for workers of one layout alone;
-- checksum: CRC-32C of state and rest as they are written here.
DELETE FROM snapshots;
ALTER TABLE snapshots
    ADD COLUMN seq      integer NOT NULL,
    ADD COLUMN layout   integer NOT NULL,
    ADD COLUMN rest     json    NOT NULL,
    ADD COLUMN checksum bigint  NOT NULL;
