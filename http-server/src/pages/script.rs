//! What a page hands to its scripts: the texts as JSON, and the list of modules to fetch early.

use std::fmt;

use serde::Serialize;

/// Something as JSON, safe as it is inside a `<script type="application/json">` (and nowhere else).
pub(super) struct Json<'a, T>(pub(super) &'a T);

impl<T: Serialize> fmt::Display for Json<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        // No `<`, so that no text can end the element or begin a comment in it; JSON reads the escape as the same sign.
        f.write_str(&json.replace('<', "\\u003c"))
    }
}

/// What `lobby.js` imports, directly or not.
const LOBBY: &[&str] = &[
    "api.js",
    "close-codes.js",
    "connection-view.js",
    "dom.js",
    "ending-view.js",
    "heartbeat.js",
    "lifecycle.js",
    "retry.js",
    "rooms-view.js",
    "snapshot.js",
    "socket.js",
    "texts.js",
    "time.js",
];

/// What `room.js` imports, directly or not.
const ROOM: &[&str] = &[
    "announcer.js",
    "api.js",
    "avatar.js",
    "close-codes.js",
    "composer.js",
    "connection-view.js",
    "conversation.js",
    "dom.js",
    "ending-view.js",
    "heartbeat.js",
    "history.js",
    "ids.js",
    "lifecycle.js",
    "live-room.js",
    "log-view.js",
    "message-view.js",
    "older.js",
    "outbox.js",
    "pending-view.js",
    "people-view.js",
    "people.js",
    "retry.js",
    "room-frames.js",
    "scroll.js",
    "sender.js",
    "share.js",
    "snapshot.js",
    "socket.js",
    "storage.js",
    "texts.js",
    "time.js",
    "toast.js",
    "typing-view.js",
    "typing.js",
    "unread.js",
];

/// The modules behind a page's entry, so that the browser need not discover them one import after another.
pub(super) fn modules(entry: &str) -> &'static [&'static str] {
    match entry {
        "lobby.js" => LOBBY,
        "room.js" => ROOM,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::modules;

    fn imports(module: &str, found: &mut BTreeSet<String>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(module);
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for line in source.lines().filter(|line| line.starts_with("import ")) {
            let name = line.split('"').nth(1).and_then(|from| from.strip_prefix("./"));
            let name = name.unwrap_or_else(|| panic!("{module} imports from elsewhere: {line}"));
            if found.insert(name.to_owned()) {
                imports(name, found);
            }
        }
    }

    #[test]
    fn exactly_what_is_imported_is_fetched_early() {
        for entry in ["lobby.js", "room.js"] {
            let mut found = BTreeSet::new();
            imports(entry, &mut found);
            assert!(modules(entry).iter().copied().eq(found.iter().map(String::as_str)), "{entry}: {found:?}");
        }
    }
}
