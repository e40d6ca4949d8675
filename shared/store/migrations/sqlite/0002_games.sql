CREATE TABLE games (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    announced INTEGER NOT NULL DEFAULT 0 CHECK (announced BETWEEN 0 AND version),
    state TEXT NOT NULL,
    bots_at INTEGER,
    due_at INTEGER,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('lobby', 'playing', 'over')),
    seated INTEGER NOT NULL,
    spectators INTEGER NOT NULL CHECK (spectators IN (0, 1)),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX games_by_deadline ON games (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX games_unannounced ON games (changed_at) WHERE announced < version;
CREATE INDEX games_by_phase ON games (phase, changed_at);

CREATE TABLE game_events (
    game_id BLOB NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (game_id, n)
) STRICT;

CREATE TABLE game_updates (
    game_id BLOB NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    pos INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (game_id, stream, seq)
) STRICT;

CREATE INDEX game_updates_by_version ON game_updates (game_id, version);

CREATE TABLE game_players (
    game_id BLOB NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id),
    seat INTEGER NOT NULL,
    role TEXT,
    won INTEGER CHECK (won IN (0, 1)),
    ended_at INTEGER,
    PRIMARY KEY (game_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX game_players_by_user ON game_players (user_id);

CREATE TABLE game_sockets (
    socket_id BLOB PRIMARY KEY NOT NULL,
    game_id BLOB NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id),
    process_id BLOB NOT NULL REFERENCES leases (process_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX game_sockets_by_game ON game_sockets (game_id);
CREATE INDEX game_sockets_by_process ON game_sockets (process_id);
