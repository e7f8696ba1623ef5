-- Commands that just missed their run are looked for among the newest.
CREATE INDEX pending_commands_by_time ON pending_commands (received_at);
