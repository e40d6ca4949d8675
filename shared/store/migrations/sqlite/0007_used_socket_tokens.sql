-- The ids of socket tokens that were used, until they have expired. The previous version makes no tokens.
CREATE TABLE used_socket_tokens (
    id BLOB PRIMARY KEY NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
