//! The cookie that carries the session, as both servers read it.

/// The session cookie's name.
pub const SESSION_COOKIE: &str = "catamaran_session";

/// How many session cookies of one request are looked at. A browser sends one for each `Domain` it was given the cookie on,
/// and each costs a query.
const MAX_TOKENS: usize = 4;

/// The values of the cookie `name` in the `Cookie` header's lines, in their order. The lines are bytes: a cookie that is no text,
/// which any other application on the domain may have set, hides none of the others.
pub fn values<'h>(lines: impl IntoIterator<Item = &'h [u8]>, name: &str) -> impl Iterator<Item = &'h str> {
    let pairs = lines.into_iter().flat_map(|line| line.split(|&byte| byte == b';'));
    pairs.filter_map(move |pair| {
        let at = pair.iter().position(|&byte| byte == b'=')?;
        let (found, value) = (&pair[..at], &pair[at + 1..]);
        let value = (found.trim_ascii() == name.as_bytes()).then_some(value)?;
        Some(std::str::from_utf8(value).ok()?.trim().trim_matches('"'))
    })
}

/// The session tokens in the `Cookie` header's lines, at most four. Where there is more than one, any of them may be the valid one:
/// with and without `COOKIE_DOMAIN` a browser keeps two cookies of one name, and does not say which is which.
pub fn session_tokens<'h>(lines: impl IntoIterator<Item = &'h [u8]>) -> impl Iterator<Item = &'h str> {
    values(lines, SESSION_COOKIE).filter(|token| !token.is_empty()).take(MAX_TOKENS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens<'h>(lines: &[&'h [u8]]) -> Vec<&'h str> {
        session_tokens(lines.iter().copied()).collect()
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        for line in ["catamaran_session=abc", "a=b; catamaran_session=abc; c=d", "a;catamaran_session = \"abc\""] {
            assert_eq!(tokens(&[line.as_bytes()]), ["abc"], "{line}");
        }
    }

    #[test]
    fn a_cookie_that_is_no_text_hides_no_other() {
        assert_eq!(tokens(&["x=한글; catamaran_session=abc".as_bytes()]), ["abc"]);
        assert_eq!(tokens(&[b"x=\xff\xfe; catamaran_session=\xff; catamaran_session=abc"]), ["abc"]);
    }

    #[test]
    fn every_one_is_told_within_a_bound() {
        assert_eq!(tokens(&[b"xcatamaran_session=no; catamaran_session=old; catamaran_session=new"]), ["old", "new"]);
        assert_eq!(tokens(&[b"catamaran_session=old", b"a=b; catamaran_session=new"]), ["old", "new"]);
        assert_eq!(tokens(&["catamaran_session=x; ".repeat(100).as_bytes()]).len(), MAX_TOKENS);
    }

    #[test]
    fn where_there_is_none_none_is_found() {
        for line in ["", ";;", "catamaran_session", "catamaran_session=", "a=catamaran_session=x", "="] {
            assert_eq!(tokens(&[line.as_bytes()]), [""; 0], "{line}");
        }
    }
}
