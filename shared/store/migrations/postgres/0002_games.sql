CREATE TABLE games (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    announced BIGINT NOT NULL DEFAULT 0 CHECK (announced BETWEEN 0 AND version),
    state TEXT NOT NULL,
    bots_at BIGINT,
    due_at BIGINT,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('lobby', 'playing', 'over')),
    seated BIGINT NOT NULL,
    spectators BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX games_by_deadline ON games (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX games_unannounced ON games (changed_at) WHERE announced < version;
CREATE INDEX games_by_phase ON games (phase, changed_at);

CREATE TABLE game_events (
    game_id UUID NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (game_id, n)
);

CREATE TABLE game_updates (
    game_id UUID NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    stream BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    version BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (game_id, stream, seq)
);

CREATE INDEX game_updates_by_version ON game_updates (game_id, version);

CREATE TABLE game_players (
    game_id UUID NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id),
    seat BIGINT NOT NULL,
    role TEXT,
    won BOOLEAN,
    ended_at BIGINT,
    PRIMARY KEY (game_id, user_id)
);

CREATE INDEX game_players_by_user ON game_players (user_id);

CREATE TABLE game_sockets (
    socket_id UUID PRIMARY KEY,
    game_id UUID NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id),
    process_id UUID NOT NULL REFERENCES leases (process_id) ON DELETE CASCADE
);

CREATE INDEX game_sockets_by_game ON game_sockets (game_id);
CREATE INDEX game_sockets_by_process ON game_sockets (process_id);
