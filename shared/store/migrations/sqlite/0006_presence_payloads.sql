-- JSON; none is null. The previous version knows no payloads, and goes on with these tables.
ALTER TABLE presence ADD COLUMN payload TEXT;
ALTER TABLE game_sockets ADD COLUMN payload TEXT;
