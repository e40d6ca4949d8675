//! What a page hands to its scripts: the texts as JSON, and the list of modules to fetch early.

use std::fmt;

use serde::Serialize;

/// Something as JSON, safe as it is inside a `<script type="application/json">` (and nowhere else).
pub(crate) struct Json<'a, T>(pub(crate) &'a T);

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
    "obstacle.js",
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
    "characters.js",
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
    "obstacle.js",
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

/// What `mafia/table.js` imports, directly or not.
const TABLE: &[&str] = &[
    "announcer.js",
    "api.js",
    "avatar.js",
    "characters.js",
    "close-codes.js",
    "connection-view.js",
    "dom.js",
    "ending-view.js",
    "heartbeat.js",
    "ids.js",
    "lifecycle.js",
    "mafia/card.js",
    "mafia/deck.js",
    "mafia/game.js",
    "mafia/geometry.js",
    "mafia/host-away.js",
    "mafia/josa.js",
    "mafia/labels.js",
    "mafia/lobby.js",
    "mafia/middle.js",
    "mafia/news.js",
    "mafia/outbox.js",
    "mafia/requests.js",
    "mafia/scene.js",
    "mafia/sentences.js",
    "mafia/setup-ahead.js",
    "mafia/setup-panel.js",
    "mafia/sounds.js",
    "mafia/talk.js",
    "mafia/timeline.js",
    "mafia/words.js",
    "mafia/words/en.js",
    "mafia/words/ko.js",
    "obstacle.js",
    "share.js",
    "socket.js",
    "storage.js",
    "texts.js",
    "toast.js",
];

/// What `mafia/replay.js` imports, directly or not.
const REPLAY: &[&str] = &[
    "avatar.js",
    "dom.js",
    "mafia/geometry.js",
    "mafia/josa.js",
    "mafia/labels.js",
    "mafia/scene.js",
    "mafia/sentences.js",
    "mafia/words.js",
    "mafia/words/en.js",
    "mafia/words/ko.js",
    "texts.js",
];

/// The modules behind a page's entry, so that the browser need not discover them one import after another.
pub(crate) fn modules(entry: &str) -> &'static [&'static str] {
    match entry {
        "lobby.js" => LOBBY,
        "mafia/replay.js" => REPLAY,
        "mafia/table.js" => TABLE,
        "room.js" => ROOM,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::modules;

    fn folder(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The entries whose modules some template has fetched early.
    fn entries() -> BTreeSet<String> {
        let templates = fs::read_dir(folder("templates")).unwrap().map(|file| read(&file.unwrap().path()));
        let named = |text: &str| {
            text.split("script::modules(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        templates.flat_map(|text| -> Vec<String> { named(&text) }).collect()
    }

    /// `./x.js` and `../x.js` from where the module lies, as a path in the folder of static files.
    fn resolved(module: &str, from: &str) -> String {
        let mut path: Vec<_> = module.split('/').collect();
        path.pop();
        for part in from.split('/') {
            match part {
                "." => {}
                ".." => assert!(path.pop().is_some(), "{module} imports from outside: {from}"),
                part => path.push(part),
            }
        }
        path.join("/")
    }

    fn imports(module: &str, found: &mut BTreeSet<String>) {
        let source = read(&folder("static").join(module));
        let lines = source.lines().filter(|line| line.starts_with("import ") || line.starts_with("} from "));
        for from in lines.filter_map(|line| line.split('"').nth(1)) {
            assert!(from.starts_with('.'), "{module} imports from elsewhere: {from}");
            let name = resolved(module, from);
            if found.insert(name.clone()) {
                imports(&name, found);
            }
        }
    }

    #[test]
    fn exactly_what_is_imported_is_fetched_early() {
        let entries = entries();
        assert!(entries.contains("lobby.js") && entries.contains("room.js"), "{entries:?}");
        for entry in entries {
            let mut found = BTreeSet::new();
            imports(&entry, &mut found);
            assert!(modules(&entry).iter().copied().eq(found.iter().map(String::as_str)), "{entry}: {found:?}");
        }
    }

    #[test]
    fn modules_are_found_from_where_they_are_imported() {
        assert_eq!(resolved("room.js", "./dom.js"), "dom.js");
        assert_eq!(resolved("mafia/table.js", "../dom.js"), "dom.js");
        assert_eq!(resolved("mafia/table.js", "./scene/seat.js"), "mafia/scene/seat.js");
    }
}
