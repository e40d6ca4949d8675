//! Suggests a path to a client that requested a path without a socket.

use std::{borrow::Cow, sync::Arc};

use actix_web::dev::ResourceDef;

/// The paths of the sockets as in the table of routes: `/ws/rooms/{code}/`.
#[derive(Clone)]
pub(crate) struct SocketPaths(pub(crate) Arc<[Cow<'static, str>]>);

impl SocketPaths {
    /// Advises a client that requested `path`. Names paths of the table alone, never the client's own text.
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

    /// The path of the table from which `path` differs only in slashes, case, or a prefix that a proxy added or removed.
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
    fn suggests_the_path_of_the_table_for_a_similar_one() {
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
    fn lists_the_table_for_any_other_path_and_does_not_repeat_it() {
        for path in ["/ws/", "/ws/loby/", "/ws/rooms/a/b/", "/ws/<script>/", "/ws/%0d%0aSet-Cookie:x/", "/", ""] {
            assert_eq!(advice(path), "the sockets of this process are at /ws/lobby/, /ws/rooms/{code}/", "{path}");
        }
        assert!(!advice("/ws/rooms/<script>").contains("script"));
    }
}
