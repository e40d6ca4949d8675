CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    nickname TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE rooms (
    id BLOB PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    member_count INTEGER NOT NULL CHECK (member_count BETWEEN 0 AND capacity),
    last_seq INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    active_at INTEGER NOT NULL
) STRICT;

CREATE INDEX rooms_by_activity ON rooms (active_at, id);

CREATE TABLE members (
    room_id BLOB NOT NULL REFERENCES rooms (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
    room_id BLOB NOT NULL REFERENCES rooms (id),
    seq INTEGER NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    client_id BLOB,
    PRIMARY KEY (room_id, seq)
) STRICT;

CREATE UNIQUE INDEX messages_by_client_id ON messages (room_id, user_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE leases (
    process_id BLOB PRIMARY KEY NOT NULL,
    taken_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    reaped_at INTEGER
) STRICT;

CREATE TABLE presence (
    room_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    process_id BLOB NOT NULL REFERENCES leases (process_id) ON DELETE CASCADE,
    PRIMARY KEY (room_id, user_id, process_id),
    FOREIGN KEY (room_id, user_id) REFERENCES members (room_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX presence_by_process ON presence (process_id);
