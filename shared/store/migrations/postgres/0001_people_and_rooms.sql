CREATE TABLE users (
    id UUID PRIMARY KEY,
    nickname TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE rooms (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    member_count BIGINT NOT NULL CHECK (member_count BETWEEN 0 AND capacity),
    last_seq BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL
);

CREATE INDEX rooms_by_activity ON rooms (active_at, id);

CREATE TABLE members (
    room_id UUID NOT NULL REFERENCES rooms (id),
    user_id UUID NOT NULL REFERENCES users (id),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
    room_id UUID NOT NULL REFERENCES rooms (id),
    seq BIGINT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    client_id UUID,
    PRIMARY KEY (room_id, seq)
);

CREATE UNIQUE INDEX messages_by_client_id ON messages (room_id, user_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE leases (
    process_id UUID PRIMARY KEY,
    taken_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    reaped_at BIGINT
);

CREATE TABLE presence (
    room_id UUID NOT NULL,
    user_id UUID NOT NULL,
    process_id UUID NOT NULL REFERENCES leases (process_id) ON DELETE CASCADE,
    PRIMARY KEY (room_id, user_id, process_id),
    FOREIGN KEY (room_id, user_id) REFERENCES members (room_id, user_id) ON DELETE CASCADE
);

CREATE INDEX presence_by_process ON presence (process_id);
