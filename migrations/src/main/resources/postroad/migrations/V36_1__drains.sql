-- That a worker is to hand all it has to the others and end: when somebody asked for it first, and who.
ALTER TABLE workers ADD COLUMN drain_asked_at timestamptz, ADD COLUMN drain_asked_by text;
