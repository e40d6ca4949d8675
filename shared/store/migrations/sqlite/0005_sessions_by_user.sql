-- Signing in again ends every session of the user.
CREATE INDEX sessions_by_user ON sessions (user_id);
