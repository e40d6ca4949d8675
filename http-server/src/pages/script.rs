//! What a page hands to its scripts: the texts as JSON, and the list of modules to fetch early.

use std::fmt;

use super::texts::LiveTexts;

/// The texts as JSON, safe as they are inside a `<script type="application/json">` (and nowhere else).
pub(super) struct LiveJson<'a>(pub(super) &'a LiveTexts);

impl fmt::Display for LiveJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        // No `<`, so that no text can end the element or begin a comment in it; JSON reads the escape as the same sign.
        f.write_str(&json.replace('<', "\\u003c"))
    }
}

/// The modules of a page besides its entry, so that the browser need not discover them one import after another.
pub(super) fn modules(entry: &str) -> &'static [&'static str] {
    match entry {
        "lobby.js" => &["socket.js", "page.js", "dom.js"],
        "room.js" => &[],
        _ => &[],
    }
}
