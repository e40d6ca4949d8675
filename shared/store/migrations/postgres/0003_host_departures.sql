CREATE TABLE host_departures (
    game_id UUID PRIMARY KEY REFERENCES games (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id),
    left_at BIGINT NOT NULL
);
