CREATE TABLE host_departures (
    game_id BLOB PRIMARY KEY NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id),
    left_at INTEGER NOT NULL
) STRICT;
