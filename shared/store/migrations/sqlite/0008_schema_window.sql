-- The oldest programs that can use this schema: those that have migration `needs`. Later programs read it before they refuse a newer schema.
-- A migration that takes away what a program uses raises it, at most to the last migration of the previous release.
CREATE TABLE schema_window (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    needs    BIGINT NOT NULL
);
INSERT INTO schema_window (only_row, needs) VALUES (1, 8);
