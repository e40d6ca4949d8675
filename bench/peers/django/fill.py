"""Makes the table that the views read."""

import sqlite3
import sys

with sqlite3.connect(sys.argv[1]) as database:
    database.execute("CREATE TABLE IF NOT EXISTS room (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    rows = [(number, f"Room {number}") for number in range(1, 101)]
    database.executemany("INSERT OR IGNORE INTO room VALUES (?, ?)", rows)
