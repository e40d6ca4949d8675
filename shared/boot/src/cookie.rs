//! The cookie that carries the session, as both servers read it.

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "catamaran_session";

/// The value of the cookie `name` in a `Cookie` header's value; the first where it is there twice.
pub fn value<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    header.split(';').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (found.trim() == name).then(|| value.trim().trim_matches('"'))
    })
}

/// The session token in a `Cookie` header's value.
pub fn session_token(header: &str) -> Option<&str> {
    value(header, SESSION_COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        for header in [
            "catamaran_session=abc",
            "a=b; catamaran_session=abc; c=d",
            "a;catamaran_session = \"abc\"",
            "xcatamaran_session=no; catamaran_session=abc; catamaran_session=later",
        ] {
            assert_eq!(session_token(header), Some("abc"), "{header}");
        }
    }

    #[test]
    fn where_there_is_none_none_is_found() {
        for header in ["", ";;", "catamaran_session", "a=catamaran_session=x", "="] {
            assert_eq!(session_token(header), None, "{header}");
        }
    }
}
