//! Which socket a client meant that asked for a path without one.

use std::{borrow::Cow, sync::Arc};

use actix_web::dev::ResourceDef;

/// The paths of the sockets, as the table of routes has them: `/ws/rooms/{code}/`.
#[derive(Clone)]
pub(crate) struct SocketPaths(pub(crate) Arc<[Cow<'static, str>]>);

impl SocketPaths {
    /// Advises a client that asked for `path`. Names paths of the table alone, never the client's own text.
    pub(crate) fn advice(&self, path: &str) -> String {
        match self.meant(path) {
            Some(meant) => format!("did you mean {meant} (every letter and slash counts, and no prefix stands before it)?"),
            None => self.table(),
        }
    }

    /// Names all paths of the table.
    pub(crate) fn table(&self) -> String {
        format!("the sockets of this process are at {}", self.0.join(", "))
    }

    /// The path of the table that `path` differs from only in slashes, case, or what a proxy adds or takes away in front.
    fn meant(&self, path: &str) -> Option<&str> {
        let plain = plain(path);
        let shortened = plain.rfind("/ws/").map(|at| plain[at..].to_owned());
        let candidates = [format!("/ws{plain}"), plain];
        let candidates = candidates.into_iter().chain(shortened);
        candidates
            .filter_map(|path| self.0.iter().map(|pattern| &**pattern).find(|pattern| ResourceDef::new(*pattern).is_match(&path)))
            .next()
    }
}

/// In lower case, with single slashes, and one at the end.
fn plain(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.fold("/".to_owned(), |path, part| path + &part.to_ascii_lowercase() + "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(path: &str) -> String {
        SocketPaths(["/ws/lobby/".into(), "/ws/rooms/{code}/".into()].into()).advice(path)
    }

    #[test]
    fn a_near_miss_is_led_to_the_path_of_the_table() {
        for (path, meant) in [
            ("/ws/lobby", "/ws/lobby/"),
            ("/ws/lobby//", "/ws/lobby/"),
            ("//ws/lobby/", "/ws/lobby/"),
            ("/WS/Lobby/", "/ws/lobby/"),
            ("/lobby/", "/ws/lobby/"),
            ("/lobby", "/ws/lobby/"),
            ("/app/ws/lobby/", "/ws/lobby/"),
            ("/ws/ws/lobby/", "/ws/lobby/"),
            ("/ws/rooms/K7QF2M", "/ws/rooms/{code}/"),
            ("/rooms/K7QF2M/", "/ws/rooms/{code}/"),
        ] {
            assert!(advice(path).starts_with(&format!("did you mean {meant} ")), "{path}: {}", advice(path));
        }
    }

    #[test]
    fn any_other_path_gets_the_table_and_is_not_repeated() {
        for path in ["/ws/", "/ws/loby/", "/ws/rooms/a/b/", "/ws/<script>/", "/ws/%0d%0aSet-Cookie:x/", "/", ""] {
            assert_eq!(advice(path), "the sockets of this process are at /ws/lobby/, /ws/rooms/{code}/", "{path}");
        }
        assert!(!advice("/ws/rooms/<script>").contains("script"));
    }
}
